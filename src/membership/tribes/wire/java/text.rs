//! Java's modified UTF-8: NUL has two bytes, and characters beyond the basic plane are two halves of three bytes each.

/// The text of bytes, or `None` when no Java program writes such bytes for a text.
pub(super) fn decode(bytes: &[u8]) -> Option<String> {
    let mut units = Vec::with_capacity(bytes.len());
    let mut rest = bytes.iter().copied();
    while let Some(first) = rest.next() {
        let mut next = || rest.next().filter(|byte| byte & 0xc0 == 0x80).map(|byte| u16::from(byte & 0x3f));
        let unit = match first {
            1..=0x7f => u16::from(first),
            0xc0..=0xdf => {
                let unit = u16::from(first & 0x1f) << 6 | next()?;
                (unit >= 0x80 || unit == 0).then_some(unit)?
            }
            0xe0..=0xef => {
                let unit = u16::from(first & 0x0f) << 12 | next()? << 6 | next()?;
                (unit >= 0x800).then_some(unit)?
            }
            _ => return None,
        };
        units.push(unit);
    }
    String::from_utf16(&units).ok()
}

/// The bytes of a text.
pub(super) fn encode(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    for unit in text.encode_utf16() {
        // The low bits are taken, so nothing is lost.
        let low = |shift: u16| 0x80 | (unit >> shift & 0x3f) as u8;
        match unit {
            1..=0x7f => bytes.push(unit as u8),
            0 | 0x80..=0x7ff => bytes.extend([0xc0 | (unit >> 6) as u8, low(0)]),
            _ => bytes.extend([0xe0 | (unit >> 12) as u8, low(6), low(0)]),
        }
    }
    bytes
}

//! Content codings: gzip and deflate, undone when somebody asks for the payload and done again when the configuration
//! sets `Content-Encoding` (message-and-expressions.md §5.1, case 43; RFC 9110 §8.4).

use std::io::Read;

use bytes::Bytes;
use flate2::Compression;
use flate2::read::{DeflateDecoder, GzEncoder, MultiGzDecoder, ZlibDecoder, ZlibEncoder};
use http::HeaderMap;
use http::header::CONTENT_ENCODING;

/// How many times larger than its compressed form a payload may become (hardening.md §2 row 22). Text rarely exceeds
/// 1:20; the format itself allows 1:1032.
pub const EXPANSION_LIMIT: u64 = 100;

/// Up to this many bytes the ratio does not matter: small messages of much the same compress well, and harm nobody.
pub const EXPANSION_FREE: u64 = 1024 * 1024;

/// Why a payload cannot be decompressed.
#[derive(Debug, thiserror::Error)]
pub enum CodingError {
    /// The bytes are not what `Content-Encoding` says, or end too early.
    #[error("the payload is not valid {0}")]
    Invalid(&'static str),
    /// More bytes than may be collected.
    #[error("the decompressed payload is larger than the {0} bytes that may be read for mediation")]
    TooLarge(u64),
    /// A bomb.
    #[error("the payload is compressed more than 1:{EXPANSION_LIMIT}")]
    TooDense,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Coding {
    Gzip,
    Deflate,
}

/// The coding of a message; `None` for none, several, and those we do not speak.
fn coding(headers: &HeaderMap) -> Option<Coding> {
    let mut values = headers.get_all(CONTENT_ENCODING).iter();
    let (value, None) = (values.next()?.to_str().ok()?, values.next()) else { return None };
    match value.trim() {
        name if name.eq_ignore_ascii_case("gzip") || name.eq_ignore_ascii_case("x-gzip") => {
            Some(Coding::Gzip)
        }
        name if name.eq_ignore_ascii_case("deflate") => Some(Coding::Deflate),
        _ => None,
    }
}

/// True when the payload is in a coding that we do not speak: its bytes are not to be looked at.
pub fn is_foreign(headers: &HeaderMap) -> bool {
    headers.get_all(CONTENT_ENCODING).iter().any(|value| {
        let text = value.to_str().unwrap_or("?").trim();
        !text.is_empty() && !text.eq_ignore_ascii_case("identity")
    }) && coding(headers).is_none()
}

/// Undoes the coding of collected bytes, at most `limit` of them, and removes `Content-Encoding`: the payload is plain
/// from now on. Other codings are left alone.
///
/// # Errors
/// The bytes are not of the coding, or too many come out of them.
pub fn decompress(bytes: Bytes, headers: &mut HeaderMap, limit: u64) -> Result<Bytes, CodingError> {
    let Some(coding) = coding(headers).filter(|_| !bytes.is_empty()) else { return Ok(bytes) };
    let plain = match coding {
        Coding::Gzip => expand(MultiGzDecoder::new(&*bytes), bytes.len(), limit, "gzip")?,
        // What most call deflate has the zlib wrapper (RFC 9110 §8.4.1.2), some leave it out.
        Coding::Deflate if is_zlib(&bytes) => {
            expand(ZlibDecoder::new(&*bytes), bytes.len(), limit, "deflate")?
        }
        Coding::Deflate => expand(DeflateDecoder::new(&*bytes), bytes.len(), limit, "deflate")?,
    };
    headers.remove(CONTENT_ENCODING);
    Ok(plain)
}

/// Bytes that go out.
#[derive(Debug)]
pub enum Coded {
    /// They are as `Content-Encoding` says.
    AsSaid(Bytes),
    /// They are in no coding. Where there is a `Content-Encoding` it lies about them, and must go.
    Plain(Bytes),
}

/// Compresses bytes as `Content-Encoding` says; the level is the fastest, for the bytes go out once.
pub fn compress(bytes: Bytes, headers: &HeaderMap) -> Coded {
    if bytes.is_empty() {
        return Coded::AsSaid(bytes);
    }
    let Some(coding) = coding(headers) else { return Coded::Plain(bytes) };
    let mut packed = Vec::with_capacity(bytes.len() / 2);
    let level = Compression::fast();
    let result = match coding {
        Coding::Gzip => GzEncoder::new(&*bytes, level).read_to_end(&mut packed),
        Coding::Deflate => ZlibEncoder::new(&*bytes, level).read_to_end(&mut packed),
    };
    match result {
        Ok(_) => Coded::AsSaid(packed.into()),
        Err(_) => Coded::Plain(bytes),
    }
}

/// RFC 1950 §2.2: the method is deflate, and the two bytes are a multiple of 31.
fn is_zlib(bytes: &[u8]) -> bool {
    match bytes {
        [method, flags, ..] => {
            method & 0x0F == 8 && (u16::from(*method) << 8 | u16::from(*flags)).is_multiple_of(31)
        }
        _ => false,
    }
}

fn expand(
    mut decoder: impl Read,
    packed: usize,
    limit: u64,
    name: &'static str,
) -> Result<Bytes, CodingError> {
    let dense = (packed as u64).saturating_mul(EXPANSION_LIMIT).max(EXPANSION_FREE);
    let mut plain =
        Vec::with_capacity(packed.saturating_mul(3).min(usize::try_from(limit).unwrap_or(packed)));
    let mut piece = [0; 16 * 1024];
    loop {
        let length = decoder.read(&mut piece).map_err(|_| CodingError::Invalid(name))?;
        let Some(read) = piece.get(..length).filter(|read| !read.is_empty()) else {
            return Ok(Bytes::from(plain));
        };
        let total = plain.len() as u64 + length as u64;
        if total > limit {
            return Err(CodingError::TooLarge(limit));
        }
        if total > dense {
            return Err(CodingError::TooDense);
        }
        plain.extend_from_slice(read);
    }
}

#[cfg(test)]
mod tests {
    use flate2::read::DeflateEncoder;
    use http::HeaderValue;

    use super::*;

    fn headers(coding: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(CONTENT_ENCODING, HeaderValue::from_static(coding))])
    }

    #[test]
    fn case_043_what_is_compressed_can_be_read_and_the_header_goes() {
        for name in ["gzip", "x-gzip", "GZIP", "deflate"] {
            let mut coded = headers(name);
            let Coded::AsSaid(packed) = compress(Bytes::from_static(b"hello"), &coded) else {
                panic!("{name} is known")
            };
            assert_ne!(&*packed, b"hello");
            assert_eq!(&*decompress(packed, &mut coded, 100).expect(name), b"hello");
            assert!(!coded.contains_key(CONTENT_ENCODING));
        }
        let mut raw = Vec::new();
        DeflateEncoder::new(&b"hello"[..], Compression::fast()).read_to_end(&mut raw).expect("memory");
        assert_eq!(&*decompress(raw.into(), &mut headers("deflate"), 100).expect("raw deflate"), b"hello");
    }

    #[test]
    fn other_codings_are_left_alone_or_unmasked() {
        for name in ["br", "gzip, gzip", "zstd"] {
            let mut coded = headers(name);
            assert_eq!(&*decompress(Bytes::from_static(b"x"), &mut coded, 100).expect(name), b"x");
            assert!(is_foreign(&coded), "{name}");
            let plain = compress(Bytes::from_static(b"x"), &coded);
            assert!(matches!(plain, Coded::Plain(bytes) if *bytes == *b"x"), "{name}");
        }
        assert!(!is_foreign(&headers("identity")) && !is_foreign(&HeaderMap::new()));
    }

    /// hardening.md §2 row 22.
    #[test]
    fn bombs_and_broken_streams_are_refused() {
        let zeros = Bytes::from(vec![0; 8 * 1024 * 1024]);
        let Coded::AsSaid(bomb) = compress(zeros, &headers("gzip")) else { panic!("gzip is known") };
        assert!(bomb.len() < 64 * 1024);
        let dense = decompress(bomb.clone(), &mut headers("gzip"), u64::MAX);
        assert!(matches!(dense, Err(CodingError::TooDense)), "{dense:?}");
        let large = decompress(bomb.clone(), &mut headers("gzip"), 100_000);
        assert!(matches!(large, Err(CodingError::TooLarge(100_000))), "{large:?}");
        for broken in
            [bomb.slice(..bomb.len() - 9), Bytes::from_static(b"plain"), Bytes::from_static(b"\x1f\x8b")]
        {
            let result = decompress(broken, &mut headers("gzip"), u64::MAX);
            assert!(matches!(result, Err(CodingError::Invalid(_) | CodingError::TooDense)), "{result:?}");
        }
        assert!(decompress(Bytes::from_static(b"\xFFplain"), &mut headers("deflate"), 100).is_err());
    }
}

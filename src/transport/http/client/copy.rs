//! The head of a request, kept until its answer begins, in case a connection from the pool turns out dead.

use ::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri, Version};

/// Names and values as plain bytes in one buffer that is used again and again. Copying a head into it costs a third of
/// cloning the header map, and a head has to come out of it only when a connection died.
#[derive(Default)]
pub(super) struct HeadCopy {
    bytes: Vec<u8>,
    /// Where each name and each value ends.
    ends: Vec<(usize, usize)>,
    line: Option<(Method, Uri, Version)>,
}

impl HeadCopy {
    pub(super) fn take<B>(&mut self, request: &Request<B>) {
        self.bytes.clear();
        self.ends.clear();
        for (name, value) in request.headers() {
            self.bytes.extend_from_slice(name.as_str().as_bytes());
            let name_end = self.bytes.len();
            self.bytes.extend_from_slice(value.as_bytes());
            self.ends.push((name_end, self.bytes.len()));
        }
        self.line = Some((request.method().clone(), request.uri().clone(), request.version()));
    }

    /// The head that was taken last, once.
    pub(super) fn restore<B>(&mut self, body: B) -> Option<Request<B>> {
        let (method, uri, version) = self.line.take()?;
        let mut headers = HeaderMap::with_capacity(self.ends.len());
        let mut start = 0;
        for &(name_end, value_end) in &self.ends {
            let name = HeaderName::from_bytes(self.bytes.get(start..name_end)?).ok()?;
            headers.append(name, HeaderValue::from_bytes(self.bytes.get(name_end..value_end)?).ok()?);
            start = value_end;
        }
        let mut request = Request::new(body);
        *request.method_mut() = method;
        *request.uri_mut() = uri;
        *request.version_mut() = version;
        *request.headers_mut() = headers;
        Some(request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_comes_back_as_it_was() {
        let request = Request::builder()
            .method("DELETE")
            .uri("/a?b=c")
            .header("host", "x")
            .header("x-empty", "")
            .header("cookie", "a=b")
            .header("cookie", HeaderValue::from_bytes(b"c=\xe9").expect("Latin-1 is a value"))
            .body(())
            .expect("a request");
        let mut copy = HeadCopy::default();
        copy.take(&request);
        let restored = copy.restore(()).expect("a copy was taken");
        assert_eq!(restored.method(), request.method());
        assert_eq!(restored.uri(), request.uri());
        assert_eq!(restored.headers(), request.headers());
        assert!(copy.restore(()).is_none(), "once is enough");
    }
}

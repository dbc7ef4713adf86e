//! Domain and path of cookies.

use proptest::prelude::*;

use super::*;

fn replace(from: &str, to: Option<&str>) -> DomainRule {
    DomainRule::Replace { from: from.into(), to: to.map(Into::into) }
}

fn path(from: &str, to: &str) -> PathRule {
    PathRule { from: from.into(), to: to.into() }
}

fn rewritten(rules: &CookieRules, cookie: &str) -> String {
    let mut answer = headers(&[("set-cookie", cookie)]);
    rules.rewrite(&mut answer, &[&KnownHosts::new(["10.0.3.1", "c1.internal"])]);
    lines(&answer, "set-cookie").concat()
}

#[test]
fn cookies_pass_unchanged_by_default() {
    let cookie = "a=b; Domain=c1.internal; Path=/app";
    assert!(CookieRules::default().is_empty());
    assert_eq!(rewritten(&CookieRules::default(), cookie), cookie);
}

#[test]
fn domains_and_paths_are_replaced() {
    let domains = vec![
        replace("app.internal", Some("shop.example.org")),
        replace(".gone.internal", None),
        DomainRule::RemoveMembers,
    ];
    let paths = vec![path("/app/", "/"), path("/old", "/new"), path("/deep", "/")];
    let rules = CookieRules::new(domains, paths).expect("rules");
    for (cookie, expected) in [
        ("a=b; Domain=app.internal; HttpOnly", "a=b; Domain=shop.example.org; HttpOnly"),
        ("a=b; domain = .APP.internal;Secure", "a=b; domain =shop.example.org;Secure"),
        ("a=b; Domain=gone.internal; Secure", "a=b; Secure"),
        ("a=b; Domain=10.0.3.1", "a=b"),
        ("a=b; Domain=C1.internal", "a=b"),
        ("a=b; Domain=other.test", "a=b; Domain=other.test"),
        ("a=b; Domain=x.app.internal", "a=b; Domain=x.app.internal"),
        ("a=b; Path=/app/x", "a=b; Path=/x"),
        ("a=b; Path=/app/", "a=b; Path=/"),
        ("a=b; Path=/app", "a=b; Path=/app"),
        ("a=b; Path=/old", "a=b; Path=/new"),
        ("a=b; path=/old/x; Domain=app.internal", "a=b; path=/new/x; Domain=shop.example.org"),
        ("a=b; Path=/older", "a=b; Path=/older"),
        ("a=b; Path=/deep", "a=b; Path=/"),
        ("a=b; Path=/deep/x", "a=b; Path=/x"),
        // Only attributes are looked at.
        ("Path=/old; Path=/old", "Path=/old; Path=/new"),
        ("Domain=app.internal", "Domain=app.internal"),
        ("a=b;;Path", "a=b;;Path"),
    ] {
        assert_eq!(rewritten(&rules, cookie), expected);
    }
}

#[test]
fn slashes_meet_once() {
    for (from, to, before, after) in [
        ("/", "/shop", "/x", "/shop/x"),
        ("/", "/shop", "/", "/shop"),
        ("/", "/shop/", "/x", "/shop/x"),
        ("/app", "/", "/app/x", "/x"),
        ("/app", "/", "/app", "/"),
        ("/app/", "/new", "/app/x", "/new/x"),
        ("/app/", "/new/", "/app/x", "/new/x"),
        ("/app", "/new/", "/app/x", "/new/x"),
    ] {
        let rules = CookieRules::new(Vec::new(), vec![path(from, to)]).expect("rules");
        let expected = format!("a=b; Path={after}");
        assert_eq!(rewritten(&rules, &format!("a=b; Path={before}")), expected, "{from} {to}");
    }
}

#[test]
fn every_cookie_is_rewritten() {
    let rules = CookieRules::new(Vec::new(), vec![path("/app", "/")]).expect("rules");
    let mut answer = headers(&[("set-cookie", "a=b; Path=/app"), ("set-cookie", "c=d; Path=/app/x")]);
    rules.rewrite(&mut answer, &[]);
    assert_eq!(lines(&answer, "set-cookie"), ["a=b; Path=/", "c=d; Path=/x"]);
}

#[test]
fn rules_that_would_break_cookies_are_refused() {
    for domain in ["", "a;b", "a\r\nb", "a b", "a/b", "a:80"] {
        let error = CookieRules::new(vec![replace("app.internal", Some(domain))], Vec::new());
        assert_eq!(error.expect_err(domain), CookieRuleError::Domain(domain.to_owned()));
    }
    for wrong in ["", "app", "/a;b", "/a\r\nb", "/a b", "/caf\u{e9}"] {
        let error = CookieRules::new(Vec::new(), vec![path("/app", wrong)]);
        assert_eq!(error.expect_err(wrong), CookieRuleError::Path(wrong.to_owned()));
    }
}

proptest! {
    /// Name and value are never touched, and any bytes pass.
    #[test]
    fn any_cookie_keeps_its_value(
        cookie in prop::collection::vec(prop::sample::select(b"a=;/ Path=/app;Domain=c1.internal\xff\"".to_vec()), 0..40),
    ) {
        prop_assume!(HeaderValue::from_bytes(&cookie).is_ok());
        let rules = CookieRules::new(vec![DomainRule::RemoveMembers], vec![path("/app", "/")]).expect("rules");
        let mut answer = HeaderMap::new();
        answer.insert("set-cookie", HeaderValue::from_bytes(&cookie).expect("a header value"));
        rules.rewrite(&mut answer, &[&KnownHosts::new(["c1.internal"])]);
        let first = |cookie: &[u8]| cookie.split(|&byte| byte == b';').next().unwrap_or_default().to_vec();
        prop_assert_eq!(first(answer.get("set-cookie").expect("a cookie").as_bytes()), first(&cookie));
    }
}

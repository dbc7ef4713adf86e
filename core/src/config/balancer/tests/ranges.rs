//! Cases 46 to 53 of elastic-load-balancer.md §9.2.

use super::super::TenantRanges;
use super::{clean, domain, places, reading, serving};

fn range(text: &str) -> TenantRanges {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn cases_046_to_048_and_051_ids_in_and_out() {
    // The case, the text, ids inside, ids outside, whether it is the default too, and how it is written.
    type Row<'a> = (u32, &'a str, &'a [i64], &'a [i64], bool, &'a str);
    let rows: &[Row<'_>] = &[
        (46, "1-100", &[1, 50, 100], &[0, 101, -1], false, "1-100"),
        (47, "7", &[7], &[0, 6, 8], false, "7"),
        (48, "0", &[], &[0, 1], true, "*"),
        (48, "*", &[], &[0, 1], true, "*"),
        (51, "1,6,10-12", &[1, 6, 10, 11, 12], &[0, 2, 5, 7, 9, 13], false, "1,6,10-12"),
        (51, " 10 - 12 , 1 ", &[1, 10, 12], &[2, 9, 13], false, "1,10-12"),
        (51, "5-9,1-5,10,20", &[1, 5, 9, 10, 20], &[0, 11, 19, 21], false, "1-10,20"),
        (51, "0-2", &[1, 2], &[0, 3], true, "0,1-2"),
        (51, "4294967295", &[4_294_967_295], &[4_294_967_296, i64::MIN], false, "4294967295"),
    ];
    for (case, text, inside, outside, is_default, written) in rows {
        let range = range(text);
        assert!(inside.iter().all(|&id| range.contains(id)), "{case} {text}");
        assert!(!outside.iter().any(|&id| range.contains(id)), "{case} {text}");
        assert_eq!(range.is_default(), *is_default, "{case} {text}");
        assert_eq!(range.to_string(), *written, "{case} {text}");
        assert_eq!(self::range(written), range, "{case} {text}");
    }
}

#[test]
fn cases_049_and_050_what_is_no_range() {
    for text in
        ["100-1", "5-", "-5", "a", "1-2-3", "*,1", "1,*", "*-5", "1,,2", "", "+5", "1-+5", "4294967296"]
    {
        assert!(text.parse::<TenantRanges>().is_err(), "{text}");
        if !text.is_empty() {
            let found = reading(&domain(&format!("tenant_range {text};"))).1;
            assert_eq!(places(&found), ["E0903 2:14"], "{text}");
        }
    }
}

#[test]
fn case_052_overlaps() {
    let rows = [
        ("tenant_range 1-10; } e.test {\ntenant_range 5-20;", vec!["E0906 3:14"]),
        ("tenant_range *; } e.test {\ntenant_range *;", vec!["E0906 3:14"]),
        ("tenant_range 1-10; } e.test {\ntenant_range 11-20;", vec![]),
        (
            "tenant_range 1-100; } e.test {\ntenant_range 7; } f.test {\ntenant_range 50;",
            vec!["E0906 3:14", "E0906 4:14"],
        ),
        // On different hosts they do not meet.
        ("tenant_range 1-10; } e.test { hosts i.test;\ntenant_range 5-20;", vec![]),
        // On a host that only one of two lists shares they do.
        ("tenant_range 1-10; } e.test { hosts i.test,h.test;\ntenant_range 5-20;", vec!["E0906 3:14"]),
        // One cluster cannot be in doubt.
        ("tenant_range 1-10; hosts h.test; } e.test {\ntenant_range 5,5-6;", vec!["E0906 3:14"]),
    ];
    for (lines, expected) in rows {
        assert_eq!(places(&reading(&domain(lines)).1), expected, "{lines}");
    }
    let itself = domain("tenant_range 1-10; } d.test {\ntenant_range 5-20;");
    assert_eq!(places(&reading(&itself).1), ["W0906 2:22"]);
}

#[test]
fn case_053_no_cluster_for_the_tenant() {
    let configuration = clean(&domain("tenant_range 1-100;"));
    assert_eq!(serving(&configuration, "h.test", 900), None);
    assert_eq!(serving(&configuration, "h.test", 100).as_deref(), Some("d.test"));
}

//! What is said about scripts that cannot work.

use super::script;
use crate::testing::{assert_problems, is_clean};

#[test]
fn wrong_scripts_are_explained() {
    assert_problems!(
        "<script/>
<script language=\"js\"/>
<script language=\"rb\">1</script>
<script language=\"perl\">1</script>
<script language=\"js\" function=\"f\">1</script>
<script language=\"js\" key=\"k\" function=\"a b\"/>
<script language=\"js\" key=\"k\">1<other/></script>
<script language=\"js\"><include key=\"k\"/>1</script>
<script language=\"js\">mc.setPayloadXML(<a/>)</script>
<script language=\"js\">
  var a = 1;
  var b = a +;
</script>
<script language=\"js\">if (1 &lt; 2 &amp;&amp; 3 &gt; ) {}</script>
<script language=\"js\"><![CDATA[
  mc.setPayloadXML(<a>
    <b></c>
  </a>);
]]></script>
<script language=\"js\"><![CDATA[var x = <m:a/>;]]></script>
<script language=\"js\"><![CDATA[var x = <a><b>;]]></script>
<script language=\"js\"><![CDATA[x.b.(@k == 1)]]></script>
<script language=\"js\"><![CDATA[var y = @k;]]></script>
<script language=\"js\"><![CDATA[default xml namespace = 'urn:d';]]></script>
<script language=\"js\">importPackage(java.util)</script>
<script language=\"js\">} {</script>
<script language=\"js\">function f() {
}
x = {
</script>
<script language=\"js\">mc.getPayloadXMl(); mc.getEnvironment()</script>"
    );
}

#[test]
fn scripts_as_they_are_written_are_fine() {
    let sources = [
        "var symbol = mc.getPayloadXML()..*::Code.toString();
         mc.setPayloadXML(<m:getQuote xmlns:m=\"http://services.samples\"><m:symbol>{symbol}</m:symbol></m:getQuote>);",
        "mc.setTo(mc.getReplyTo());\nmc.setProperty(\"RESPONSE\", \"true\");",
        "if (a < b) { c() } else if (a > b) { d() }",
        "var f = a => ({ b: a }), g = async () => { await 1 }, [h, ...i] = [1, 2], j = i?.[0] ?? 5",
        "a ? /x/ : b / c; 1 << 2; a <<= b; a <= <b/>; (a) / 2; a++ / 2; `x${`y${1}`}`; 1..toString(); 0x1e + 1; .5",
        "for (const [k, v] of Object.entries({})) { mc.setProperty(k, v) }",
        "class A extends Object { #x = 1; static y() { return 1 } get z() { return this.#x } }",
        "var each = 1; each (2); var of = 3; x = { default: 1, import: 2, mc: 3 }; y.default; z.import",
    ];
    for source in sources {
        assert!(is_clean(&script(source)), "{source}\n{}", crate::testing::problems(&script(source)));
    }
}

/// Whatever is missing at the end of a script, or at its start, is reported and nothing worse.
#[test]
fn pieces_of_scripts_are_read_to_their_end() {
    let whole = "for each (var i in <a b={x[`${<>{1}</>}`]}><!--c--><![CDATA[d]]><?e f?></a>..@*::g) { h.@[i] = /j[/]/.k::l }\u{20ac}";
    for (at, _) in whole.char_indices() {
        let (start, end) = whole.split_at(at);
        for piece in
            [start, end, &format!("{start}\u{e9}{end}"), &format!("{start}}}"), &format!("{start}<{end}")]
        {
            drop(crate::testing::problems(&script(piece)));
        }
    }
    let deep = ["<a>{", "`${", "(", "[", "{"].map(|open| open.repeat(10_000));
    for source in deep {
        assert!(crate::testing::is_refused(&script(&source)), "{}", &source[..8]);
    }
    for deep in ["if (a) ", "for (;;) ", "{", "do ", "a: "] {
        drop(crate::testing::problems(&script(&deep.repeat(10_000))));
        drop(crate::testing::problems(&script(&format!("{}{}", deep.repeat(10_000), "}".repeat(10_000)))));
    }
}

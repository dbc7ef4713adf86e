//! What is suspicious about the expressions of mediators, as people see it.

use crate::testing::{assert_problems, is_clean};

#[test]
fn suspicious_expressions_are_pointed_at() {
    assert_problems!(
        "<filter xpath=\"$ctx:a &lt; 5 and lower-case($trp:Host) = 'Example'\"/>
<filter xpath=\"get-property('axis2','HTTP_METHOD') = POST\"/>
<filter xpath=\"'false'\"/>
<filter xpath=\"//a or not('')\"/>
<filter xpath=\"count(//a) &gt;= 0\"/>
<filter source=\"$ctx:body\" regex=\"a.*\"/>
<filter source=\"$ctx:a\" regex=\"a^b\"/>
<switch source=\"//a/@b/text()\"><case regex=\"[a&amp;&amp;b]\"/><case regex=\"a$.\"/></switch>
<property name=\"p\" value=\"x\" pattern=\"$(a)\" group=\"1\"/>
<property name=\"p\" expression=\"contains($trp:a, 'b') = 'false'\"/>
<sequence key=\"{concat('a', count(//b) = 'c')}\"/>"
    );
}

#[test]
fn conditions_that_say_what_they_are_are_clean() {
    assert!(is_clean("<filter xpath=\"true()\"><drop/></filter>"));
    assert!(is_clean("<filter xpath=\" true() \"><drop/></filter>"));
    assert!(is_clean("<filter source=\"'a'\" regex=\"a\"><drop/></filter>"));
}

#[test]
fn json_is_a_value_wherever_one_is_computed() {
    assert!(is_clean("<property name=\"{json-eval($.name)}\" expression=\"json-eval($ctx:p.a)\"/>"));
    assert!(is_clean("<sequence key=\"{json-eval($.route)}\"/>"));
    assert_problems!("<sequence key=\" {json-eval($.route[)}\"/>\n<filter xpath=\"json-eval($ctx:)\"/>");
}

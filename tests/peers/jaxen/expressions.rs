//! Expressions over the generated documents: most are right, some mix kinds, some are damaged.
//!
//! Some forms are never made, for what Jaxen does with them is a mistake nobody relies on, and ours follows XPath:
//! `position()` of the context itself, which Jaxen counts from 0; positions of nodes by their type on axes where they are
//! met from several nodes, which it counts once only; attributes and elements in one union, which it puts in the wrong order; what
//! comes after or before an attribute; a negative zero, which it tells from zero; and an infinite length of
//! `substring()`.

use super::random::Random;
use super::slips::{damaged, goes_on_from_attributes, is_misread};

/// What an operand should be; one time in eight it is something else.
#[derive(Clone, Copy)]
enum Kind {
    Nodes,
    Text,
    Number,
    Boolean,
}

const KINDS: [Kind; 4] = [Kind::Nodes, Kind::Text, Kind::Number, Kind::Boolean];

/// Axes on which nodes are met once, from whatever nodes they start.
const AXES_APART: [&str; 3] = ["child", "attribute", "self"];

const AXES: [&str; 12] = [
    "ancestor",
    "ancestor-or-self",
    "attribute",
    "child",
    "descendant",
    "descendant-or-self",
    "following",
    "following-sibling",
    "parent",
    "preceding",
    "preceding-sibling",
    "self",
];

const TESTS: [&str; 18] = [
    "*",
    "*",
    "node()",
    "node()",
    "text()",
    "comment()",
    "processing-instruction()",
    "processing-instruction('t')",
    "a",
    "a",
    "b",
    "c",
    "p:a",
    "q:b",
    "p:*",
    "x",
    "div",
    "z:a",
];

const LITERALS: [&str; 16] = [
    "''",
    "'a'",
    "'b'",
    "'abc'",
    "\"12\"",
    "'1'",
    "' 7 '",
    "'-3.5'",
    "'\u{e9}'",
    "'\u{1d11e}'",
    "'en'",
    "'x'",
    "'-'",
    "\"it's\"",
    "'ab c'",
    "'. 5'",
];

const NUMBERS: [&str; 14] =
    ["0", "1", "2", "3", "10", "0.5", "1.5", "2.5", ".25", "7.", "1000", "0.0000001", "33", "4"];

/// An expression as text.
pub(crate) fn expression(random: &mut Random) -> String {
    let kind = random.choose(&KINDS);
    let depth = 1 + random.below(4);
    let mut writer = Writer { random, counts: false };
    let text = writer.of_kind(kind, depth);
    let text = if random.once_in(12) { damaged(random, &text) } else { text };
    if is_misread(&text) || goes_on_from_attributes(&text) { expression(random) } else { text }
}

struct Writer<'r> {
    random: &'r mut Random,
    /// Whether the position of the context means something here.
    counts: bool,
}

impl Writer<'_> {
    fn of_kind(&mut self, kind: Kind, depth: usize) -> String {
        let kind = if self.random.once_in(8) { self.random.choose(&KINDS) } else { kind };
        let text = match kind {
            Kind::Nodes => self.nodes(depth),
            Kind::Text => self.text(depth),
            Kind::Number => self.number(depth),
            Kind::Boolean => self.boolean(depth),
        };
        if self.random.once_in(9) { format!("({text})") } else { text }
    }

    fn any(&mut self, depth: usize) -> String {
        let kind = self.random.choose(&KINDS);
        self.of_kind(kind, depth)
    }

    fn choose(&mut self, from: &[&str]) -> String {
        self.random.choose(from).to_owned()
    }

    fn nodes(&mut self, depth: usize) -> String {
        if depth == 0 {
            return self.choose(&["//a", "*", ".", "@x", "/", "//text()", "..", "//@*", "/*"]);
        }
        let inner = depth - 1;
        match self.random.below(16) {
            0 => self.union(inner),
            1 => format!("({}){}", self.nodes(inner), self.predicate(inner, true)),
            2 => format!("({})/{}", self.nodes(inner), self.relative(inner)),
            3 => format!("({})//{}", self.nodes(inner), self.step(inner)),
            4..=7 => format!("//{}", self.relative(depth)),
            8 | 9 => format!("/{}", self.relative(depth)),
            10 => self.choose(&["id('a')", "/", "."]),
            _ => self.relative(depth),
        }
    }

    fn union(&mut self, depth: usize) -> String {
        let left = self.nodes(depth);
        let right = match self.random.once_in(8) {
            true => format!("({})", self.any(depth)),
            false => self.nodes(depth),
        };
        let both = format!("({left} | {right})");
        if both.contains('@') || both.contains("attribute") { left } else { both }
    }

    fn relative(&mut self, depth: usize) -> String {
        let mut path = self.step(depth);
        for _ in 0..self.random.below(3) {
            let separator = self.random.choose(&["/", "/", "//"]);
            path = format!("{path}{separator}{}", self.step(depth));
        }
        path
    }

    fn step(&mut self, depth: usize) -> String {
        let mut apart = true;
        let mut step = match self.random.below(10) {
            0 => {
                apart = false;
                self.choose(&[".", ".."])
            }
            1 => self.choose(&["@x", "@*", "@p:x", "@xml:lang", "@y", "@node()", "@p:*"]),
            2..=5 => self.choose(&TESTS),
            _ => {
                let (axis, test) = (self.random.choose(&AXES), self.random.choose(&TESTS));
                apart = AXES_APART.contains(&axis) || !test.ends_with(')');
                format!("{axis}::{test}")
            }
        };
        while depth > 0 && self.random.once_in(3) {
            step.push_str(&self.predicate(depth - 1, apart));
        }
        step
    }

    fn predicate(&mut self, depth: usize, counts: bool) -> String {
        let around = std::mem::replace(&mut self.counts, counts);
        let condition = match self.random.below(6) {
            _ if !counts => format!("boolean({})", self.any(depth)),
            0 => self.choose(&["1", "2", "3", "last()", "position()=2", "last()-1", "position()<3", "0"]),
            1 => self.of_kind(Kind::Number, depth),
            2 => self.of_kind(Kind::Nodes, depth),
            3 => self.any(depth),
            _ => self.of_kind(Kind::Boolean, depth),
        };
        self.counts = around;
        format!("[{condition}]")
    }

    fn text(&mut self, depth: usize) -> String {
        if depth == 0 {
            return self.choose(&LITERALS);
        }
        let depth = depth - 1;
        let (first, second) = (self.of_kind(Kind::Text, depth), self.of_kind(Kind::Text, depth));
        let mixed = self.any(depth);
        let whole = self.of_kind(Kind::Nodes, depth);
        match self.random.below(24) {
            0 | 1 => format!("string({mixed})"),
            2 => format!("concat({first},{mixed})"),
            3 => format!("concat({first},{mixed},{second})"),
            4 => format!("substring({first},{})", self.of_kind(Kind::Number, depth)),
            5 | 6 => {
                let from = self.of_kind(Kind::Number, depth);
                let length = match self.random.once_in(3) {
                    true => format!("string-length({second})"),
                    false => self.choose(&NUMBERS),
                };
                format!("substring({first},{from},{length})")
            }
            7 => format!("substring-before({first},{second})"),
            8 => format!("substring-after({mixed},{second})"),
            9 => format!("normalize-space({mixed})"),
            10 => format!("translate({first},{second},{})", self.of_kind(Kind::Text, depth)),
            11 => format!("name({whole})"),
            12 => format!("local-name({whole})"),
            // Jaxen yields a null for no namespace, which `string()` makes a text of.
            13 => format!("string(namespace-uri({whole}))"),
            14 => format!("lower-case({first})"),
            15 => format!("upper-case({mixed})"),
            16 => format!("fn:concat({first}, {second})"),
            17 => self.choose(&["name()", "local-name()", "string()", "normalize-space()"]),
            18 => self.choose(&["$ctx:text", "$ctx:digits", "$ctx:empty", "string($ctx:none)"]),
            19 => self.choose(&["$none", "none('a')", "concat('a')", "string(1,2)", "p:concat('a','b')"]),
            20 => format!("string({whole})"),
            21 => {
                let large = self.random.choose(&["100000000000", "123456789", "0.0000001", "0.1"]);
                let operator = self.random.choose(&[" + ", " * ", "-"]);
                // Not a number again: Jaxen's `round()` ends at the largest whole number of 64 bits.
                format!("concat('n',{large}{operator}{})", self.random.choose(&NUMBERS))
            }
            _ => self.choose(&LITERALS),
        }
    }

    fn number(&mut self, depth: usize) -> String {
        if depth == 0 {
            return self.choose(&NUMBERS);
        }
        let depth = depth - 1;
        match self.random.below(18) {
            0 | 1 => {
                let operator = self.random.choose(&[" + ", " - ", "+", " -"]);
                format!(
                    "{}{operator}{}",
                    self.of_kind(Kind::Number, depth),
                    self.of_kind(Kind::Number, depth)
                )
            }
            2 => format!("{} + {} * 2 - 1", self.random.choose(&NUMBERS), self.random.choose(&NUMBERS)),
            // What is added makes a zero of a negative one.
            3 => {
                let operator = self.random.choose(&[" * ", " mod ", "*"]);
                let (left, right) = (self.of_kind(Kind::Number, depth), self.of_kind(Kind::Number, depth));
                format!("(({left}){operator}({right}) + 0)")
            }
            // By zero only where no text is made of it: Jaxen's `number('Infinity')` is no NaN.
            14 if self.random.once_in(2) => {
                format!(
                    "(({}) div {} + 0)",
                    self.of_kind(Kind::Number, depth),
                    self.random.choose(&NUMBERS[1..])
                )
            }
            4 => format!("-{} - 0.25", self.of_kind(Kind::Number, depth)),
            5 => format!("number({})", self.any(depth)),
            6 => format!("count({})", self.of_kind(Kind::Nodes, depth)),
            7 => format!("sum({})", self.of_kind(Kind::Nodes, depth)),
            8 => format!("floor({})", self.of_kind(Kind::Number, depth)),
            9 => format!("(ceiling({}) + 0)", self.of_kind(Kind::Number, depth)),
            10 => format!("(round({}) + 0)", self.of_kind(Kind::Number, depth)),
            11 | 12 => format!("string-length({})", self.any(depth)),
            13 if self.counts => self.choose(&["position()", "last()"]),
            13 => self.choose(&["string-length()", "number()", "$ctx:number"]),
            14 => format!("count(({})/namespace::q)", self.nodes(depth)),
            _ => self.choose(&NUMBERS),
        }
    }

    fn boolean(&mut self, depth: usize) -> String {
        if depth == 0 {
            return self.choose(&["true()", "false()", "$ctx:flag"]);
        }
        let depth = depth - 1;
        let (left, right) = (self.any(depth), self.any(depth));
        match self.random.below(17) {
            0..=4 => {
                let operator = self.random.choose(&["=", "!=", " < ", "<=", ">", " >= ", " = ", "!="]);
                format!("{left}{operator}{right}")
            }
            5 => format!("{left} and {right}"),
            6 => format!("{left} or {right}"),
            7 if self.random.once_in(3) => {
                format!("boolean({left}{}1 div 0)", self.random.choose(&["<", "=", ">= -"]))
            }
            7 => format!("not({left})"),
            8 => format!("boolean({right})"),
            9 => format!("contains({left},{})", self.of_kind(Kind::Text, depth)),
            10 => format!("starts-with({left},{})", self.of_kind(Kind::Text, depth)),
            11 => format!("ends-with({},{right})", self.of_kind(Kind::Text, depth)),
            12 => format!("lang({})", self.of_kind(Kind::Text, depth)),
            13 => format!("{left} = {right} = {}", self.any(depth)),
            14 => {
                let operator = self.random.choose(&["=", "!=", "<", ">="]);
                format!("($ctx:none {operator} ({left}))")
            }
            _ => self.choose(&["true()", "false()", "$ctx:flag"]),
        }
    }
}

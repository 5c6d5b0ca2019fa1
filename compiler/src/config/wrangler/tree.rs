//! One tree for both notations: JSON with comments and TOML, with the place of every key and value.
//!
//! Given: text and its notation. Gives: the top-level object, or the syntax error. What the keys mean is
//! decided in `wrangler.rs`.

use jsonc_parser::ast;
use toml::de::{DeTable, DeValue};

use super::{ConfigError, Format};
use crate::config::Position;

/// A configuration text without its byte order mark; the offsets in a tree count its bytes.
pub(super) struct Source<'t> {
    pub(super) text: &'t str,
    pub(super) format: Format,
}

/// A value and the offset at which it begins.
pub(super) struct Node {
    pub(super) offset: usize,
    pub(super) value: Value,
}

/// What either notation can say.
pub(super) enum Value {
    Null,
    Bool(bool),
    Number(String),
    Date(String),
    String(String),
    Array(Vec<Node>),
    Object(Object),
}

/// The members of an object in their order in the file; TOML's are sorted by key.
pub(super) struct Object {
    pub(super) members: Vec<Member>,
}

/// A key with its value, and the offset of the key.
pub(super) struct Member {
    pub(super) offset: usize,
    pub(super) key: String,
    pub(super) node: Node,
}

impl Source<'_> {
    pub(super) fn position(&self, offset: usize) -> Position {
        Position::of(self.text, offset)
    }

    /// What the notation calls an object.
    pub(super) fn object_name(&self) -> &'static str {
        match self.format {
            Format::Jsonc => "an object",
            Format::Toml => "a table",
        }
    }
}

impl Node {
    /// The value in words, for a message about its type.
    pub(super) fn describe(&self, source: &Source<'_>) -> String {
        match &self.value {
            Value::Null => "null".to_owned(),
            Value::Bool(value) => value.to_string(),
            Value::Number(text) => format!("the number {text}"),
            Value::Date(text) => format!("the date {text} without quotes"),
            Value::String(text) => format!("the string {text:?}"),
            Value::Array(_) => "an array".to_owned(),
            Value::Object(_) => source.object_name().to_owned(),
        }
    }
}

impl Object {
    /// The member named `key`; the last one if JSON repeats it, as in JavaScript.
    pub(super) fn get(&self, key: &str) -> Option<&Member> {
        self.members.iter().rev().find(|member| member.key == key)
    }
}

/// Reads a whole text, whose outermost value must be an object.
pub(super) fn parse(source: &Source<'_>) -> Result<Object, ConfigError> {
    match source.format {
        Format::Jsonc => parse_jsonc(source),
        Format::Toml => parse_toml(source),
    }
}

/// JSON with comments and trailing commas, and nothing else beyond JSON: what wrangler reads under both
/// `.json` and `.jsonc`.
fn parse_jsonc(source: &Source<'_>) -> Result<Object, ConfigError> {
    let options = jsonc_parser::ParseOptions {
        allow_comments: true,
        allow_trailing_commas: true,
        allow_loose_object_property_names: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    };
    let parsed = jsonc_parser::parse_to_ast(source.text, &jsonc_parser::CollectOptions::default(), &options);
    let root = parsed.map_err(|error| syntax(source, error.range().start, &error.kind().to_string()))?.value;
    match root.map(node_of_jsonc) {
        Some(Node { value: Value::Object(object), .. }) => Ok(object),
        Some(node) => Err(ConfigError::WrongType {
            at: source.position(node.offset),
            key: "the whole file".to_owned(),
            expected: source.object_name(),
            found: node.describe(source),
        }),
        None => Err(syntax(source, 0, "the file is empty; write at least {}")),
    }
}

fn node_of_jsonc(value: ast::Value<'_>) -> Node {
    let (range, value) = match value {
        ast::Value::StringLit(lit) => (lit.range, Value::String(lit.value.into_owned())),
        ast::Value::NumberLit(lit) => (lit.range, Value::Number(lit.value.to_owned())),
        ast::Value::BooleanLit(lit) => (lit.range, Value::Bool(lit.value)),
        ast::Value::NullKeyword(null) => (null.range, Value::Null),
        ast::Value::Array(array) => {
            (array.range, Value::Array(array.elements.into_iter().map(node_of_jsonc).collect()))
        }
        ast::Value::Object(object) => (object.range, Value::Object(object_of_jsonc(object))),
    };
    Node { offset: range.start, value }
}

fn object_of_jsonc(object: ast::Object<'_>) -> Object {
    let members = object.properties.into_iter().map(|property| Member {
        offset: property.range.start,
        key: property.name.into_string(),
        node: node_of_jsonc(property.value),
    });
    Object { members: members.collect() }
}

fn parse_toml(source: &Source<'_>) -> Result<Object, ConfigError> {
    let parsed = DeTable::parse(source.text);
    let table = parsed.map_err(|error| {
        let offset = error.span().map_or(0, |span| span.start);
        syntax(source, offset, error.message())
    })?;
    Ok(object_of_toml(table.get_ref()))
}

fn node_of_toml(value: &toml::Spanned<DeValue<'_>>) -> Node {
    let converted = match value.get_ref() {
        DeValue::String(text) => Value::String(text.to_string()),
        DeValue::Integer(number) => Value::Number(number.to_string()),
        DeValue::Float(number) => Value::Number(number.to_string()),
        DeValue::Boolean(value) => Value::Bool(*value),
        DeValue::Datetime(date) => Value::Date(date.to_string()),
        DeValue::Array(array) => Value::Array(array.iter().map(node_of_toml).collect()),
        DeValue::Table(table) => Value::Object(object_of_toml(table)),
    };
    Node { offset: value.span().start, value: converted }
}

fn object_of_toml(table: &DeTable<'_>) -> Object {
    let members = table.iter().map(|(key, value)| Member {
        offset: key.span().start,
        key: key.get_ref().to_string(),
        node: node_of_toml(value),
    });
    Object { members: members.collect() }
}

/// A syntax error in this crate's style: the parsers' sentences begin with a capital.
fn syntax(source: &Source<'_>, offset: usize, message: &str) -> ConfigError {
    let mut chars = message.chars();
    let lower = chars.next().map(|first| first.to_lowercase().collect::<String>()).unwrap_or_default();
    ConfigError::Syntax { at: source.position(offset), message: lower + chars.as_str() }
}

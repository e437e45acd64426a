//! Refusing the one syntax that nobody on the way can run.
//!
//! V8 has no decorators yet, and the transformer beneath rolldown compiles only those of
//! `experimentalDecorators`. Standard ones (and `accessor` fields, which came with them) would
//! reach V8 and be a syntax error in the bundle, far from their source. esbuild compiles them, so
//! that a project may well have some.

use oxc_allocator::Allocator;
use oxc_ast::ast::{AccessorProperty, Decorator};
use oxc_ast_visit::Visit;
use oxc_parser::Parser;
use oxc_span::{GetSpan, SourceType};
use rolldown_common::OutputChunk;

use crate::{diagnostic::Diagnostic, frame};

/// The error for the first decorator that is left in the output, if there is one.
pub(crate) fn find(chunk: &OutputChunk) -> Option<Diagnostic> {
    if !suspicious(&chunk.code) {
        return None;
    }
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, &chunk.code, SourceType::mjs()).parse();
    let mut finder = Finder::default();
    finder.visit_program(&parsed.program);
    let (what, offset) = finder.found?;
    let place = frame::at_offset(String::new(), &chunk.code, offset, 0);
    let utf16 = |text: &str| u32::try_from(text.encode_utf16().count()).unwrap_or(u32::MAX);
    let location = chunk.map.as_ref().and_then(|map| {
        let line = u32::try_from(place.line - 1).ok()?;
        let column = utf16(&place.line_text[..place.column]);
        let token = map.lookup_source_view_token(&map.generate_lookup_table(), line, column)?;
        let (source, line) = (token.get_source()?, token.get_src_line() as usize + 1);
        frame::at_line(source.into(), token.get_source_content()?, line, token.get_src_col() as usize)
    });
    Some(Diagnostic::error(format!("{what} cannot be run: V8 does not have them yet")).at(location).note(
        "Set \"experimentalDecorators\": true in \"compilerOptions\" of tsconfig.json to have decorators compiled the way \
         TypeScript first had them, or compile the file before bundling.",
    ))
}

/// Whether a parse is worth it: an `@` or the word `accessor` where one of them could begin.
fn suspicious(code: &str) -> bool {
    let begins = |offset: usize| {
        let before = code[..offset].trim_end().chars().next_back();
        before.is_none_or(|c| matches!(c, '{' | '}' | ';' | '=' | ',' | '(' | ')' | ':'))
    };
    let decorator = |offset: usize| {
        let next = code[offset + 1..].chars().next();
        next.is_some_and(|c| c.is_alphabetic() || matches!(c, '_' | '$' | '(')) && begins(offset)
    };
    code.match_indices('@').any(|(offset, _)| decorator(offset))
        || code.match_indices("accessor ").any(|(offset, _)| begins(offset) || code[..offset].ends_with("static "))
}

#[derive(Default)]
struct Finder {
    found: Option<(&'static str, usize)>,
}

impl Finder {
    fn note(&mut self, what: &'static str, offset: u32) {
        self.found.get_or_insert((what, offset as usize));
    }
}

impl<'a> Visit<'a> for Finder {
    fn visit_decorator(&mut self, it: &Decorator<'a>) {
        self.note("Decorators", it.span().start);
    }

    fn visit_accessor_property(&mut self, it: &AccessorProperty<'a>) {
        self.note("Auto-accessors", it.span().start);
    }
}

#[cfg(test)]
mod tests {
    use super::suspicious;

    #[test]
    fn comments_and_text_are_not_suspicious() {
        for code in
            ["/* @__PURE__ */ f()", "/**\n * @license MIT\n */", "// @ts-ignore", "a = \"@x\"", "a = 'me@example.com'"]
        {
            assert!(!suspicious(code), "{code}");
        }
        for code in [
            "@dec class A {}",
            "var A = @dec class {}",
            "class A {\n\t@dec x;\n}",
            "class A{accessor x}",
            "class A { static accessor x }",
        ] {
            assert!(suspicious(code), "{code}");
        }
    }
}

//! WebAssembly modules whose memories can all be seen.
//!
//! V8 counts the memories of WebAssembly towards no limit, and tells nobody when one is made or grows. Those that
//! JavaScript makes, and those that an instance exports, our JavaScript sees (`platform/js/webassembly.js`). A module may
//! keep its memory to itself; such a one is exported as well, under a name that is ours. All modules are known when a
//! Worker is deployed, as none is compiled from bytes at run time.

use std::borrow::Cow;

use wasm_encoder::{ExportKind, ExportSection, Module, RawSection};
use wasmparser::{BinaryReaderError, Export, ExternalKind, Parser, Payload, SectionLimited, TypeRef};

/// Before the number of a memory that its module does not export.
const NAME: &str = "selvedge:memory";

/// The module with all its memories exported; as it was, if they are, or if it is not valid: V8 says so better.
pub(crate) fn with_memories_exported(source: &[u8]) -> Cow<'_, [u8]> {
    match rewrite(source) {
        Ok(Some(rewritten)) => Cow::Owned(rewritten),
        Ok(None) | Err(_) => Cow::Borrowed(source),
    }
}

fn rewrite(source: &[u8]) -> Result<Option<Vec<u8>>, BinaryReaderError> {
    let (mut memories, mut exports) = (0, Vec::new());
    for payload in Parser::new(0).parse_all(source) {
        match payload? {
            Payload::ImportSection(section) => {
                for import in section {
                    memories += u32::from(matches!(import?.ty, TypeRef::Memory(_)));
                }
            }
            Payload::MemorySection(section) => memories += section.count(),
            Payload::ExportSection(section) => exports = entries(section)?,
            _ => {}
        }
    }
    let is_exported =
        |memory: &u32| exports.iter().any(|export| export.kind == ExternalKind::Memory && export.index == *memory);
    let hidden: Vec<u32> = (0..memories).filter(|memory| !is_exported(memory)).collect();
    if hidden.is_empty() {
        return Ok(None);
    }
    let mut section = ExportSection::new();
    for export in exports {
        section.export(export.name, kind(export.kind), export.index);
    }
    for memory in hidden {
        section.export(&format!("{NAME}:{memory}"), ExportKind::Memory, memory);
    }
    assemble(source, &section).map(Some)
}

fn entries<'a>(section: SectionLimited<'a, Export<'a>>) -> Result<Vec<Export<'a>>, BinaryReaderError> {
    section.into_iter().collect()
}

fn kind(kind: ExternalKind) -> ExportKind {
    match kind {
        ExternalKind::Func => ExportKind::Func,
        ExternalKind::Table => ExportKind::Table,
        ExternalKind::Memory => ExportKind::Memory,
        ExternalKind::Global => ExportKind::Global,
        ExternalKind::Tag => ExportKind::Tag,
    }
}

/// The module with this section of exports, in place of its own or where one belongs.
fn assemble(source: &[u8], exports: &ExportSection) -> Result<Vec<u8>, BinaryReaderError> {
    /// Of sections that come before the exports: types, imports, functions, tables, memories, globals, tags.
    const BEFORE: [u8; 7] = [1, 2, 3, 4, 5, 6, 13];
    const CUSTOM: u8 = 0;
    const EXPORTS: u8 = 7;
    let mut module = Module::new();
    let mut written = false;
    for payload in Parser::new(0).parse_all(source) {
        let Some((id, range)) = payload?.as_section() else { continue };
        if !written && id != CUSTOM && !BEFORE.contains(&id) {
            module.section(exports);
            written = true;
        }
        if id != EXPORTS {
            module.section(&RawSection { id, data: &source[range] });
        }
    }
    if !written {
        module.section(exports);
    }
    Ok(module.finish())
}

#[cfg(test)]
mod tests {
    use wasm_encoder::{MemorySection, MemoryType};

    use super::*;

    fn module(exports: Option<&[(&str, u32)]>, memories: u32) -> Vec<u8> {
        let mut module = Module::new();
        let mut section = MemorySection::new();
        for _ in 0..memories {
            section.memory(MemoryType {
                minimum: 1,
                maximum: None,
                memory64: false,
                shared: false,
                page_size_log2: None,
            });
        }
        module.section(&section);
        if let Some(exports) = exports {
            let mut section = ExportSection::new();
            for (name, memory) in exports {
                section.export(name, ExportKind::Memory, *memory);
            }
            module.section(&section);
        }
        module.section(&RawSection { id: 0, data: b"\x01x" });
        module.finish()
    }

    fn exported(source: &[u8]) -> Vec<(String, u32)> {
        let payloads = Parser::new(0).parse_all(source).map(Result::unwrap);
        let sections = payloads.filter_map(|payload| match payload {
            Payload::ExportSection(section) => Some(entries(section).unwrap()),
            _ => None,
        });
        sections.flatten().map(|export| (export.name.to_owned(), export.index)).collect()
    }

    #[test]
    fn what_is_exported_stays_as_it_is() {
        for source in [module(Some(&[("memory", 0)]), 1), module(None, 0)] {
            assert!(matches!(with_memories_exported(&source), Cow::Borrowed(_)));
        }
    }

    #[test]
    fn hidden_memories_are_exported() {
        assert_eq!(exported(&with_memories_exported(&module(None, 1))), [("selvedge:memory:0".to_owned(), 0)]);
        let two = module(Some(&[("m", 1)]), 2);
        assert_eq!(exported(&with_memories_exported(&two)), [("m".to_owned(), 1), ("selvedge:memory:0".to_owned(), 0)]);
    }

    #[test]
    fn what_is_no_module_is_left_to_v8() {
        for source in [&b""[..], b"\0asm", b"\0asm\x01\0\0\0\x05\xff", b"hello"] {
            assert!(matches!(with_memories_exported(source), Cow::Borrowed(_)));
        }
    }
}

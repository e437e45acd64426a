//! Which modules a Worker gets.

use selvedge_runtime::Builtins;

use crate::MODULES;

/// How much of Node.js the compatibility flags give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeLevel {
    /// `nodejs_als`: `node:async_hooks` alone.
    AsyncLocalStorage,
    /// `nodejs_compat` with a date before 2024-09-23: modules by their `node:` names.
    V1,
    /// `nodejs_compat` since then, or `nodejs_compat_v2`: modules by bare names too, and globals.
    V2,
}

/// What a Worker has of Node.js.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NodeCompat {
    /// How much.
    pub level: NodeLevel,
    /// Whether `process.env` has the variables of `env` (`nodejs_compat_populate_process_env`).
    pub process_env: bool,
}

impl NodeCompat {
    /// The modules that the Worker may import, by the specifiers that it may use.
    pub fn builtins(self) -> Builtins {
        let mut builtins = Builtins::new();
        for name in names() {
            if self.level == NodeLevel::AsyncLocalStorage && name != "async_hooks" {
                continue;
            }
            let internal = format!("selvedge:node/node/{name}.js");
            if self.level == NodeLevel::V2 {
                builtins.insert(name.to_owned(), internal.clone());
            }
            builtins.insert(format!("node:{name}"), internal);
        }
        builtins
    }
}

/// The names of all modules, without `node:`.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    MODULES.iter().filter_map(|module| module.path.strip_prefix("node/")?.strip_suffix(".js"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_give_specifiers() {
        let of = |level| NodeCompat { level, process_env: false }.builtins();
        let als = of(NodeLevel::AsyncLocalStorage);
        assert_eq!(als.into_keys().collect::<Vec<_>>(), ["node:async_hooks"]);
        assert!(of(NodeLevel::V1).contains_key("node:buffer") && !of(NodeLevel::V1).contains_key("buffer"));
        let v2 = of(NodeLevel::V2);
        assert_eq!(v2["buffer"], "selvedge:node/node/buffer.js");
        assert_eq!(v2["buffer"], v2["node:buffer"]);
        assert!(v2.contains_key("node:stream/promises"));
    }
}

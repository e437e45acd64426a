//! From a project's configuration to the bundler's options, and from its bundle to a script for V8.

use std::path::Path;
use std::sync::Arc;

use selvedge_bundle::{
    Bundle, BundleOptions, ModuleKind as BundledKind, ModuleRule, NodejsModules, RuleKind, WorkerFormat,
};
use selvedge_config::{Manifest, ModuleType, NodejsCompat};
use selvedge_runtime::{Module, ModuleKind, Script};

/// What wrangler writes when nothing is set; the same as not set, so that `tsconfig.json` decides.
const DEFAULT_JSX: [&str; 2] = ["React.createElement", "React.Fragment"];

/// The options for a project with an entry point.
pub(crate) fn options(manifest: &Manifest, root: &Path, main: &str, development: bool) -> BundleOptions {
    let set = |text: &String| (!DEFAULT_JSX.contains(&text.as_str()) && !text.is_empty()).then(|| text.clone());
    let mut options = BundleOptions::new(root, main);
    options.tsconfig = manifest.tsconfig.as_ref().map(|path| root.join(path));
    options.define.extend(manifest.define.clone());
    options.alias.extend(manifest.alias.clone());
    options.minify = manifest.minify;
    options.keep_names = manifest.keep_names;
    options.jsx_factory = set(&manifest.jsx_factory);
    options.jsx_fragment = set(&manifest.jsx_fragment);
    options.rules = manifest.rules.iter().map(rule).collect();
    options.no_bundle = manifest.no_bundle;
    options.find_additional_modules = manifest.find_additional_modules.unwrap_or(manifest.no_bundle);
    options.base_dir = manifest.base_dir.as_ref().map(|path| root.join(path));
    options.preserve_file_names = manifest.preserve_file_names;
    options.nodejs_compat = match manifest.nodejs_compat() {
        None => NodejsModules::None,
        Some(NodejsCompat::AsyncLocalStorage) => NodejsModules::AsyncHooks,
        Some(NodejsCompat::V1) => NodejsModules::Prefixed,
        Some(NodejsCompat::V2) => NodejsModules::All,
    };
    options.development = development;
    options
}

fn rule(rule: &selvedge_config::Rule) -> ModuleRule {
    ModuleRule {
        kind: match rule.kind {
            ModuleType::ESModule => RuleKind::EsModule,
            ModuleType::CommonJS => RuleKind::CommonJs,
            ModuleType::CompiledWasm => RuleKind::CompiledWasm,
            ModuleType::Text => RuleKind::Text,
            ModuleType::Data => RuleKind::Data,
        },
        globs: rule.globs.0.clone(),
        fallthrough: rule.fallthrough,
    }
}

/// The modules as V8 is given them. The bundler makes a module of a service worker too; one that is not bundled is the
/// classic script that it was written as.
pub(crate) fn script(bundle: Bundle, no_bundle: bool) -> Arc<Script> {
    let Bundle { main, modules, format, .. } = bundle;
    let service_worker = format == WorkerFormat::ServiceWorker;
    let kind = |module: &selvedge_bundle::Module| match module.kind {
        _ if module.name == main && service_worker && no_bundle => ModuleKind::ServiceWorker,
        BundledKind::EsModule => ModuleKind::EsModule,
        BundledKind::CommonJs => ModuleKind::CommonJs,
        BundledKind::Text => ModuleKind::Text,
        BundledKind::Data => ModuleKind::Data,
        BundledKind::Wasm => ModuleKind::Wasm,
    };
    let modules = modules.into_iter().map(|module| Module {
        kind: kind(&module),
        name: module.name,
        source: module.contents,
        source_map: module.source_map,
    });
    let script = Script::new(&main, modules);
    Arc::new(if service_worker { script.with_service_worker_syntax() } else { script })
}

#[cfg(test)]
mod tests {
    use selvedge_config::{CivilDate, LoadOptions};

    use super::*;

    fn options_of(settings: &str) -> BundleOptions {
        let text = format!(r#"{{"name":"w","main":"i.js","compatibility_date":"2025-01-01",{settings}}}"#);
        let today = CivilDate::new(2026, 1, 1).unwrap();
        let loaded = selvedge_config::parse(&text, "wrangler.json", &LoadOptions::new(today)).unwrap();
        options(&loaded.manifest, Path::new("/p"), "i.js", true)
    }

    #[test]
    fn settings_reach_the_bundler() {
        let options = options_of(
            r#""define":{"A":"1"},"minify":true,"compatibility_flags":["nodejs_als"],"rules":[{"type":"Text","globs":["**/*.md"],"fallthrough":true}]"#,
        );
        assert_eq!(options.define["A"], "1");
        assert!(options.minify && options.development);
        assert_eq!(options.nodejs_compat, NodejsModules::AsyncHooks);
        assert_eq!(options.rules[0].kind, RuleKind::Text);
        assert_eq!(options.jsx_factory, None);
    }

    #[test]
    fn what_is_not_bundled_finds_its_modules() {
        assert!(options_of(r#""no_bundle":true"#).find_additional_modules);
        assert!(!options_of(r#""no_bundle":true,"find_additional_modules":false"#).find_additional_modules);
    }
}

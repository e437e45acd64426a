// The npm packages that crates/node bundles: installed when it is built, not here.

declare module "@pkgjs/parseargs";
declare module "path-unified/*";
declare module "readable-stream/*";
declare module "string_decoder/*";
declare module "unenv/*";

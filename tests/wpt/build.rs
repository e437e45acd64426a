//! Lists the JavaScript files for the startup snapshot.

fn main() -> std::io::Result<()> {
    selvedge_embed_js::embed("js")
}

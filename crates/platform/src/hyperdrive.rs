//! Hyperdrive: a database's address on `env`. There is no connection of ours behind it.

use serde_json::json;

use crate::Hyperdrive;

/// The properties, as `js/hyperdrive/hyperdrive.js` takes them.
pub(crate) fn describe(hyperdrive: &Hyperdrive) -> String {
    let Hyperdrive { connection_string, host, port, user, password, database } = hyperdrive;
    json!({
        "connectionString": connection_string,
        "database": database,
        "host": host,
        "password": password,
        "port": port,
        "user": user,
    })
    .to_string()
}

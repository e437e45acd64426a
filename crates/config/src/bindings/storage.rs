//! Bindings that keep data.

record! {
    /// `kv_namespaces[]`.
    pub struct KvNamespace {
        /// The namespace.
        id: Option<String>,
        /// The namespace used in remote development.
        preview_id: Option<String>,
        /// Whether development uses the deployed namespace.
        remote: Option<bool>,
    }
}

record! {
    /// `r2_buckets[]`.
    pub struct R2Bucket {
        /// The bucket.
        bucket_name: Option<String>,
        /// The bucket used in remote development.
        preview_bucket_name: Option<String>,
        /// The jurisdiction the bucket is in.
        jurisdiction: Option<String>,
        /// Whether development uses the deployed bucket.
        remote: Option<bool>,
    }
}

record! {
    /// `d1_databases[]`.
    pub struct D1Database {
        /// The database's name.
        database_name: Option<String>,
        /// The database.
        database_id: Option<String>,
        /// The database used in remote development.
        preview_database_id: Option<String>,
        /// The table that remembers which migrations ran.
        migrations_table: Option<String>,
        /// The folder of migrations.
        migrations_dir: Option<String>,
        /// For Cloudflare's own use.
        database_internal_env: Option<String>,
        /// Whether development uses the deployed database.
        remote: Option<bool>,
    }
}

record! {
    /// `durable_objects.bindings[]`.
    pub struct DurableObjectNamespace {
        /// The class.
        class_name: String,
        /// The Worker that exports it, if another.
        script_name: Option<String>,
        /// That Worker's environment.
        environment: Option<String>,
    }
}

record! {
    /// `analytics_engine_datasets[]`.
    pub struct AnalyticsEngineDataset {
        /// The dataset; the binding's name when left out.
        dataset: Option<String>,
    }
}

record! {
    /// `vectorize[]`.
    pub struct VectorizeIndex {
        /// The index.
        index_name: String,
        /// Whether development uses the deployed index.
        remote: Option<bool>,
    }
}

record! {
    /// `hyperdrive[]`.
    pub struct Hyperdrive {
        /// The configuration.
        id: String,
        /// The database that development connects to.
        local_connection_string = "localConnectionString": Option<String>,
    }
}

record! {
    /// `secrets_store_secrets[]`.
    pub struct SecretsStoreSecret {
        /// The store.
        store_id: String,
        /// The secret's name in it.
        secret_name: String,
    }
}

record! {
    /// `artifacts[]`.
    pub struct Artifacts {
        /// The namespace.
        namespace: String,
        /// Whether development uses the deployed namespace.
        remote: Option<bool>,
    }
}

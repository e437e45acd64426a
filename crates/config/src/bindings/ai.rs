//! Bindings to models, media and the platform's own facts.

record! {
    /// `ai`.
    pub struct Ai {
        /// Whether requests go to the staging service.
        staging: Option<bool>,
        /// Whether development uses the deployed service. Hosted has no other.
        remote: Option<bool>,
    }
}

record! {
    /// `ai_search_namespaces[]`.
    pub struct AiSearchNamespace {
        /// The namespace.
        namespace: String,
        /// Whether development uses the deployed namespace.
        remote: Option<bool>,
    }
}

record! {
    /// `ai_search[]`.
    pub struct AiSearch {
        /// The instance.
        instance_name: String,
        /// Whether development uses the deployed instance.
        remote: Option<bool>,
    }
}

record! {
    /// `browser`, `images`, `media` and `stream`: a service with nothing to set.
    pub struct RemoteService {
        /// Whether development uses the deployed service.
        remote: Option<bool>,
    }
}

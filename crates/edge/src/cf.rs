//! `request.cf`: what the edge knows of a request beside its bytes.
//!
//! <https://developers.cloudflare.com/workers/runtime-apis/request/#incomingrequestcfproperties>

use serde::Serialize;

use crate::geo::Location;

/// Where this PoP is: its code, and the location that stands in for clients whose own cannot be
/// known (private addresses, or no geo database).
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// The three-letter airport code of the PoP, as in `cf.colo` and at the end of `CF-Ray`.
    pub colo: String,
    /// Its location.
    pub location: Location,
}

impl Default for Place {
    /// The place that `wrangler dev` reports when it knows no other: Austin, by way of Dallas.
    fn default() -> Self {
        let text = |value: &str| Some(value.to_owned());
        Self {
            colo: "DFW".to_owned(),
            location: Location {
                country: text("US"),
                continent: text("NA"),
                city: text("Austin"),
                region: text("Texas"),
                region_code: text("TX"),
                postal_code: text("78701"),
                metro_code: text("635"),
                latitude: text("30.27130"),
                longitude: text("-97.74260"),
                timezone: text("America/Chicago"),
                asn: Some(395_747),
                as_organization: text(""),
            },
        }
    }
}

/// The object that a Worker sees as `request.cf`. What is unknown is absent, as hosted.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Cf {
    /// The PoP's code.
    pub colo: String,
    /// Where the client is.
    #[serde(flatten)]
    pub location: Location,
    /// `"1"` in a member state of the European Union, else absent.
    #[serde(rename = "isEUCountry", skip_serializing_if = "Option::is_none")]
    pub is_eu_country: Option<&'static str>,
    /// `HTTP/1.1` or `HTTP/2`.
    pub http_protocol: &'static str,
    /// `TLSv1.3` or `TLSv1.2`; empty without TLS.
    pub tls_version: &'static str,
    /// The cipher by its OpenSSL name; empty without TLS.
    pub tls_cipher: &'static str,
}

/// The member states of the European Union (ISO 3166-1 alpha-2).
const EU: [&str; 27] = [
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV",
    "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
];

/// What `isEUCountry` says of a country.
pub(crate) fn is_eu_country(country: Option<&str>) -> Option<&'static str> {
    country.filter(|code| EU.binary_search(code).is_ok()).map(|_| "1")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_eu() {
        assert!(EU.is_sorted());
        assert_eq!(is_eu_country(Some("DE")), Some("1"));
        for country in [Some("GB"), Some("US"), Some("CH"), None] {
            assert_eq!(is_eu_country(country), None);
        }
    }

    #[test]
    fn the_names_are_the_hosted_ones() {
        let place = Place::default();
        let cf = Cf {
            colo: place.colo,
            location: place.location,
            is_eu_country: Some("1"),
            http_protocol: "HTTP/2",
            tls_version: "TLSv1.3",
            tls_cipher: "AEAD-AES128-GCM-SHA256",
        };
        let json = serde_json::to_value(&cf).unwrap();
        let mut names: Vec<_> = json.as_object().unwrap().keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(
            names,
            [
                "asOrganization",
                "asn",
                "city",
                "colo",
                "continent",
                "country",
                "httpProtocol",
                "isEUCountry",
                "latitude",
                "longitude",
                "metroCode",
                "postalCode",
                "region",
                "regionCode",
                "timezone",
                "tlsCipher",
                "tlsVersion",
            ]
        );
        assert_eq!(json["latitude"], "30.27130");
        assert_eq!(json["asn"], 395_747);
    }
}

//! Where an address is, from databases in MaxMind's format.
//!
//! Country, city and ASN data commonly come as separate files, and from several publishers
//! (MaxMind, DB-IP, IPinfo's compatible builds), all with MaxMind's field names. So any number of
//! files is asked in order and the first to know a field wins; no file needs to say what kind it
//! is.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use maxminddb::Reader;
use serde::{Deserialize, Serialize};

use crate::cf::Place;

/// A location as `request.cf` tells it. Every part may be unknown.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Location {
    /// ISO 3166-1 alpha-2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// `AF`, `AN`, `AS`, `EU`, `NA`, `OC` or `SA`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub continent: Option<String>,
    /// The city's English name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    /// The English name of the first-level subdivision.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// ISO 3166-2, without the country.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region_code: Option<String>,
    /// The postal code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
    /// The DMA code (United States only).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metro_code: Option<String>,
    /// Degrees, five decimals, in text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latitude: Option<String>,
    /// Degrees, five decimals, in text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub longitude: Option<String>,
    /// An IANA time zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
    /// The number of the autonomous system.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asn: Option<u32>,
    /// Who holds the autonomous system.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_organization: Option<String>,
}

/// Why a geo database cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("cannot use geo database {}: {cause}; --geo-db takes a file in MaxMind's format (.mmdb) that this user can read", path.display())]
pub struct GeoDbError {
    path: PathBuf,
    cause: String,
}

/// One or more open databases.
#[derive(Debug)]
pub struct GeoDb {
    readers: Vec<Reader<Vec<u8>>>,
}

impl GeoDb {
    /// Opens databases (city, country or ASN, in any order). They are read into memory whole.
    ///
    /// # Errors
    /// A file that cannot be read or is not in MaxMind's format.
    pub fn open<P: AsRef<Path>>(paths: &[P]) -> Result<Self, GeoDbError> {
        let open = |path: &Path| {
            Reader::open_readfile(path)
                .map_err(|error| GeoDbError { path: path.to_owned(), cause: one_line(&error.to_string()) })
        };
        let readers = paths.iter().map(|path| open(path.as_ref())).collect::<Result<_, _>>()?;
        Ok(Self { readers })
    }

    /// What the databases know of an address.
    pub fn look_up(&self, address: IpAddr) -> Location {
        let mut location = Location::default();
        for reader in &self.readers {
            // A damaged record is as good as an absent one: a request must not fail for it.
            match reader.lookup(address).and_then(|found| found.decode::<Record<'_>>()) {
                Ok(Some(record)) => record.fill(&mut location),
                Ok(None) => {}
                Err(error) => tracing::debug!(%address, %error, "geo database lookup failed"),
            }
        }
        location
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Decides where clients are: by the databases if there are any, and else where the PoP is.
#[derive(Debug, Default)]
pub struct Locator {
    /// The PoP's own place.
    pub place: Place,
    /// Without one, every client is where the PoP is.
    pub db: Option<GeoDb>,
}

impl Locator {
    /// Where an address is. A private one is where the PoP is; a public one that no database knows
    /// is nowhere.
    pub fn locate(&self, address: IpAddr) -> Location {
        match &self.db {
            Some(db) if !is_private(address) => db.look_up(address),
            _ => self.place.location.clone(),
        }
    }
}

fn is_private(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.is_private() || v4.is_loopback() || v4.is_link_local() || v4.is_unspecified(),
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unicast_link_local() || v6.is_unique_local() || v6.is_unspecified(),
    }
}

/// The fields in use, out of all that City, Country, ISP and ASN databases hold.
#[derive(Deserialize)]
struct Record<'a> {
    #[serde(borrow)]
    continent: Option<Coded<'a>>,
    country: Option<Coded<'a>>,
    registered_country: Option<Coded<'a>>,
    subdivisions: Option<Vec<Coded<'a>>>,
    city: Option<Coded<'a>>,
    postal: Option<Coded<'a>>,
    location: Option<Point<'a>>,
    autonomous_system_number: Option<u32>,
    autonomous_system_organization: Option<&'a str>,
}

#[derive(Deserialize)]
struct Coded<'a> {
    #[serde(borrow, alias = "iso_code")]
    code: Option<&'a str>,
    names: Option<Names<'a>>,
}

#[derive(Deserialize)]
struct Names<'a> {
    en: Option<&'a str>,
}

#[derive(Deserialize)]
struct Point<'a> {
    latitude: Option<f64>,
    longitude: Option<f64>,
    metro_code: Option<u32>,
    time_zone: Option<&'a str>,
}

impl Record<'_> {
    fn fill(self, location: &mut Location) {
        let code = |coded: &Option<Coded<'_>>| coded.as_ref()?.code.map(str::to_owned);
        let name = |coded: &Coded<'_>| coded.names.as_ref()?.en.map(str::to_owned);
        let degrees = |value: f64| format!("{value:.5}");
        let region = self.subdivisions.as_ref().and_then(|list| list.first());
        let point = self.location.as_ref();
        fill(&mut location.country, || code(&self.country).or_else(|| code(&self.registered_country)));
        fill(&mut location.continent, || code(&self.continent));
        fill(&mut location.city, || self.city.as_ref().and_then(name));
        fill(&mut location.region, || region.and_then(name));
        fill(&mut location.region_code, || region?.code.map(str::to_owned));
        fill(&mut location.postal_code, || code(&self.postal));
        fill(&mut location.metro_code, || point?.metro_code.map(|dma| dma.to_string()));
        fill(&mut location.latitude, || point?.latitude.map(degrees));
        fill(&mut location.longitude, || point?.longitude.map(degrees));
        fill(&mut location.timezone, || point?.time_zone.map(str::to_owned));
        fill(&mut location.asn, || self.autonomous_system_number);
        fill(&mut location.as_organization, || self.autonomous_system_organization.map(str::to_owned));
    }
}

fn fill<T>(slot: &mut Option<T>, value: impl FnOnce() -> Option<T>) {
    if slot.is_none() {
        *slot = value();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fixture(name: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
    }

    fn locator() -> Locator {
        let db = GeoDb::open(&[fixture("city.mmdb"), fixture("asn.mmdb")]).unwrap();
        Locator { place: Place::default(), db: Some(db) }
    }

    #[test]
    fn city_and_asn_databases_complete_each_other() {
        let location = locator().locate("203.0.113.7".parse().unwrap());
        let text = |value: &str| Some(value.to_owned());
        assert_eq!(
            location,
            Location {
                country: text("DE"),
                continent: text("EU"),
                city: text("Berlin"),
                region: text("State of Berlin"),
                region_code: text("BE"),
                postal_code: text("10115"),
                metro_code: None,
                latitude: text("52.52000"),
                longitude: text("13.40500"),
                timezone: text("Europe/Berlin"),
                asn: Some(64500),
                as_organization: text("Example Networks"),
            }
        );
    }

    #[test]
    fn ipv6_and_an_unknown_public_address() {
        assert_eq!(locator().locate("2001:db8::1".parse().unwrap()).country.as_deref(), Some("JP"));
        assert_eq!(locator().locate("8.8.8.8".parse().unwrap()), Location::default());
    }

    #[test]
    fn a_private_address_is_where_the_pop_is() {
        for address in ["127.0.0.1", "10.1.2.3", "::1", "fd00::1", "::ffff:192.168.0.9"] {
            assert_eq!(locator().locate(address.parse().unwrap()), Place::default().location, "{address}");
        }
    }

    #[test]
    fn without_a_database_everybody_is_where_the_pop_is() {
        assert_eq!(Locator::default().locate("203.0.113.7".parse().unwrap()), Place::default().location);
    }

    #[test]
    fn an_unusable_database_is_one_line_with_its_path() {
        for path in [fixture("nothing-here.mmdb"), fixture("make_mmdb.py")] {
            let error = GeoDb::open(&[&path]).unwrap_err().to_string();
            assert!(error.contains(path.to_str().unwrap()), "{error}");
            assert!(!error.contains('\n'), "{error}");
        }
    }
}

// Keys for the tests alone, each as a private JSON Web Key.

export const KEYS = {
  p256: {
    kty: "EC",
    x: "ts1e9CrR6d3MU0KL1sEbc4GZNX1dsP_L5P6PzKRY_Ro",
    y: "27rxkaLrul1g-JIvWGougGbnr3OcCahirqydHdZO1Ac",
    crv: "P-256",
    d: "F6ez4SxDVBFI8hNbZttxHkjo_6p_g8AYF-DjPKlmkuo",
  },
  p384: {
    kty: "EC",
    x: "__-0Xe4yl2MzPY85IY7r9MMsPVom7Od7wYnC9gYhx2SnaFA0EXTfriE4477jXiPM",
    y: "m_839Q2kUsm2KLs0oJ4ZPaFPrFZrh8LUoVpzywxFcYYQPkUWutXJH66vS3NbUMkc",
    crv: "P-384",
    d: "6Xv9tCbZsmPfUmtM9STp6FhgQ6wxEQhbBPnosgE-XALLhvH6bEAG2h0BdQv_Q81F",
  },
  p521: {
    kty: "EC",
    x: "AdSR0-FcM1Jo0PXgGXyXKKeB3PjDt1W0Oi4QzOB_Wt8DliokzAlZrThbZKdbZdrAOaQV6cu6ZqPy2ENavplrhqL_",
    y: "AXc-kF_WhZNJSofV23ZnZ_OM5k1vi9jhsCzO8UC-dnUY-qjxS2eI-V3ZQn0QPBrnGCpnZGkMPuLZ8p3Mk3y9omt6",
    crv: "P-521",
    d: "ARsxinB5Q2j1gBwMHZBLL0_JAocT1c1EoarWg6CZDLOt-2h_r4CzS3QGqYE8U5HXjzMKdGtFx0V6CizooEvuMy5g",
  },
  ed25519: {
    crv: "Ed25519",
    d: "wDkMsZlvFVvEb1YP1zDmGC7xx7bsmuZo5i99onpuF5I",
    x: "uFPK7Zpkm_rRt50TmBmrnmqNEKnaXRfdT2sAuVMj7tI",
    kty: "OKP",
  },
  x25519: {
    crv: "X25519",
    d: "UKnmMgK_-J7HuOh5xUlkFDdI2VH9HEUbspBYka22D2k",
    x: "M57kFFB0QcH6-fHc9sj_2TRkZYAJgubLgE0RREerOAE",
    kty: "OKP",
  },
  rsa: {
    kty: "RSA",
    n: "r6Bm1PCIh1SDx3F3kzNgb_RWMzbVY2Zvl_-XWfZaF7BNGuP78DRkZdtNd_IfYV47ho4lOI89LtfgcXo6kBJTlehcEBDLgLCwvAtsUdXK6V1drHXvRqMQ_kyZ3yC8XJ5pr36r52ktnTerEkbEqhqxevTTpzNXg1IE9_qiULMHxX8",
    e: "AQAB",
    d: "L36GMJG3qjlNxdLGjnU3YC9IXGM4w7_A7-77xCVd6cgQofQDfsr8V5s90PEWUWOFX3bzU99QoWlZ1fZC_hEmrxGztStIJfJ9LaE0lYnVrnLKkPzPCtvA2F-uQ9qTgdZIauPgeW6LFvDOriEWoKkLvvhlwaHnN4PycljXAFsZuQk",
    p: "3Wtf86VaDfPUbRfZsrbmRVPK2o_55fs70b57uLL2mDHrY1NtHJ_CFvPuULpX6luLTPEuiMqQUJiugqrkX1nvCw",
    q: "yw4rybLSmlCghF6-NzmfGilnAs8XMh5hl88aThbTcchLl5AoJyKkT_gGr3fMsohY5Xrf-m5Ob9oPnT4kAHLb3Q",
    dp: "wvEaVYUrOEWIrVPmUzY8nqUbYDqKpjT_gbbXbtIB0hWBTL3SvvTZCSRSmbi2VpuqlV9yvPS7AnqqilizIFAp6Q",
    dq: "PHRjpRGQklEe-Uob5-VH8UoSWUu-5DUXaVNHyagSG_Y-S0moKr6tnQGDPAq27xCZJvmGZdEhmTubGn29ykRoIQ",
    qi: "UGdIswcUdJtwuu6Gt2r9LLdM_7C8MuRnZRSt0vlLQLdIXml8mAEozKzqtWYDgAx7wOhjMgQOiIYLDyTlqhZa_w",
  },
};

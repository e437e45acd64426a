// URLs. This file only lists.

export { URL } from "./url.js";
export { URLSearchParams } from "./url-search-params.js";
export { parseFormUrlencoded, serializeFormUrlencoded } from "./form-urlencoded.js";

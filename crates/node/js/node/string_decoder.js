// node:string_decoder (https://nodejs.org/api/string_decoder.html).

import { StringDecoder } from "string_decoder/lib/string_decoder.js";

export { StringDecoder };
export default { StringDecoder };

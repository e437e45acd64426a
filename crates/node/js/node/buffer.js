import { Buffer, kMaxLength } from "buffer/index.js";
export { Buffer, kMaxLength };
export default { Buffer, kMaxLength };

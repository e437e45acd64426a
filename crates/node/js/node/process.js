import { environment } from "../internal/environment.js";
const process = { env: environment.bindings() };
export default process;

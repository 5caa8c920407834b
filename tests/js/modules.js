import { readdirSync } from "node:fs";

/** The modules in a folder and in those below it, by their paths.
 * @param {URL} folder */
export const modulesOf = (folder) => readdirSync(folder, { recursive: true }).filter((name) => name.endsWith(".js"));

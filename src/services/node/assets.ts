import { getRawAsset } from "node:sea"
import { evaluate } from "./codeCache.ts"

const bytes = (name: string): Buffer => Buffer.from(getRawAsset(name) as ArrayBuffer)

/** Reads a page of the docs. @throws if there is no such asset */
export const readPage = (name: string): string => bytes(`docs/${name}.md`).toString("utf8")

/**
 * Loads a module that is an asset of the executable, with the code cache that is
 * one too, as `NAME.cache`. What it requires by a relative path is an asset.
 *
 * @returns what the module exports
 */
export const loadAsset = (name: string, require: NodeJS.Require): unknown => {
  const requireAsset = Object.assign(
    (id: string): unknown => (id.startsWith("./") ? loadAsset(id.slice(2), require) : require(id)),
    require,
  )
  const cachedData = name === "main.cjs" ? bytes(`${name}.cache`) : undefined
  return evaluate(bytes(name).toString("latin1"), name, cachedData, requireAsset).exports
}

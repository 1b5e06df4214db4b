/** Of this module the bundle takes the `node:http` client alone: naming the whole of it would pull in undici. */
export { layer } from "@effect/platform-node/NodeHttpClient"

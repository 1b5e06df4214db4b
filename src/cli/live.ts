import * as FileSystem from "@effect/platform/FileSystem"
import * as HttpClient from "@effect/platform/HttpClient"
import * as Path from "@effect/platform/Path"
import * as Terminal from "@effect/platform/Terminal"
import * as NodePath from "@effect/platform-node/NodePath"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { CommandRunner } from "../services/CommandRunner.ts"
import { Files } from "../services/Files.ts"
import { commandRunner } from "../services/node/commandRunner.ts"
import { makeConsole } from "../services/node/console.ts"
import { fileSystem } from "../services/node/fileSystem.ts"
import { files } from "../services/node/files.ts"
import { make as makeHttpClient } from "../services/node/http.ts"
import { makeProcess } from "../services/node/process.ts"
import { signals } from "../services/node/signals.ts"
import { makeTerminal } from "../services/node/terminal.ts"
import { Process } from "../services/Process.ts"
import { Signals } from "../services/Signals.ts"

/**
 * Every service that reaches the outside world, until the scope closes. It isn't a
 * layer, since building one costs about 300 steps of the runtime at every start.
 */
export const makeLive = Effect.gen(function* () {
  yield* Effect.withConsoleScoped(yield* makeConsole)
  const surroundings = makeProcess()
  return Context.make(Process, surroundings).pipe(
    Context.add(Terminal.Terminal, makeTerminal(surroundings)),
    Context.add(CommandRunner, commandRunner),
    Context.add(Signals, signals),
    Context.add(Files, files),
    Context.add(HttpClient.HttpClient, yield* makeHttpClient()),
    Context.add(FileSystem.FileSystem, fileSystem),
    Context.add(Path.Path, yield* Effect.provide(Path.Path, NodePath.layer)),
  )
})

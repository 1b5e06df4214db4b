// A reporter for vitest: at the end it lists the tests that were skipped, and why (test/support/skipped.ts).
const reason = / \(skipped: (.*?)\)(?= > |$)/

export default class Skipped {
  onInit(vitest) {
    this.vitest = vitest
  }

  onTestRunEnd(modules) {
    // Behind the summary, which another reporter prints.
    process.once("exit", () => this.list(modules))
  }

  list(modules) {
    const byReason = new Map()
    for (const module of modules) {
      for (const { fullName } of module.children.allTests("skipped")) {
        // A name that was asked for leaves the others out, which is no news.
        const why =
          reason.exec(fullName)?.[1] ?? (this.vitest.config.testNamePattern ? undefined : "no reason given")
        if (why === undefined) continue
        const name = `${module.task.name} > ${fullName.replace(reason, "")}`
        byReason.set(why, [...(byReason.get(why) ?? []), name])
      }
    }
    for (const [why, names] of byReason) {
      console.log(`Skipped: ${why}\n${names.map((name) => `  ${name}`).join("\n")}`)
    }
  }
}

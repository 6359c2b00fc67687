import Testing

/// The call's words are off: exit code 64, and the fix is named.
struct UsageTests {
  @Test(
    "a wrong call ends with 64 and says what is right",
    arguments: [
      (["replay"], "file"), (["replay", "--policy", "lazy", "x"], "reuse-keep"),
      (["bench", "--usage", "much"], "one-gp"), (["bench", "--pmis", "0"], "1 to"),
      (["bench", "--pmis", "many"], "pmis"), (["bench", "--host", "mine"], "simulated"),
      (["bench", "--guest", "mine"], "thread"), (["bench", "--replay", "x", "--guest", "kvm"], "--guest"),
      (["bench", "--repeat", "0"], "1 to"), (["bench", "--repeat", "5"], "--replay"),
      (["bench", "--replay", "x", "--pmis", "5"], "--pmis"),
      (["bench", "--vendor", "nobody"], "authenticamd"), (["bench", "--plugin", "nope"], "intel"),
      (["bench", "--vendor", "intel", "--model", "amd-k7"], "intel-v2"), (["replay", "--plugin", "nope", "x"], "amd"),
      (["bench", "--replay", "x", "--plugin", "nope"], "intel"), (["dance"], "dance"), (["plugins", "dance"], "dance"),
      (["doctor", "--loud"], "loud"), (["linux"], "--"), (["linux", "--model", "z80", "--", "true"], "amd-k7"),
      (["linux", "--smp", "0", "--", "true"], "1 to"), (["linux", "--time-limit", "0", "--", "true"], "more than 0"),
      (["linux", "--plain", "--stats", "--", "true"], "--stats"),
      (["bench", "--plugin", "a", "--vendor", "b"], "one of them"),
      (["plugins", "new", "--lang", "c"], "name"), (["plugins", "new", "acme"], "--lang"),
      (["plugins", "new", "acme", "--lang", "rust"], "swift"), (["plugins", "new", "a/b", "--lang", "c"], "letters"),
      (["plugins", "new", "intel", "--lang", "c"], "another"),
      (["plugins", "new", "acme", "--lang", "c", "--id", "a"], "org."),
      (["plugins", "new", "acme", "--lang", "c", "--vendor", "Acme"], "12"),
      (["plugins", "new", "acme", "--lang", "c", "--path", "."], "swift"),
      (["plugins", "new", "acme", "--lang", "swift", "--path", "/nowhere"], "/nowhere"),
    ])
  func usage(arguments: [String], hint: String) throws {
    let command = try Command.run(arguments)
    #expect(command.status == 64)
    #expect(command.errors.lowercased().contains(hint), "\(command.errors)")
    #expect(command.output.isEmpty)
  }

  @Test("an unknown model is answered with the list of models, without colours in a pipe")
  func unknownModel() throws {
    let command = try Command.run(["bench", "--model", "intel-v9"])
    #expect(command.status == 64)
    #expect(command.errors.contains("intel-v2") && command.errors.contains("amd-k7"))
    #expect(!command.errors.contains("\u{1B}"))
  }
}

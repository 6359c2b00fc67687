import Testing
import VPMUConformance

@Suite("Messages about single callbacks", .enabled(if: CCompiler.path != nil, "\(CCompiler.isMissing)"))
struct CallbackMessageTests {
  struct Case: CustomTestStringConvertible {
    let mutant: String
    /// The whole message, but for the address of a write.
    let message: String

    var testDescription: String { mutant }
  }

  static let hot = [
    Case(
      mutant: "ABI_020",
      message: "mutant-full: set_msr allocated memory (malloc of 8 bytes) when asked to write 0xffffffffffffffff to "
        + "MSR 0x0, by the guest"),
    Case(
      mutant: "ABI_020_B",
      message: "mutant-full: get_msr wrote data of its library outside vpmu_state (at ADDRESS of the ELF file) when "
        + "asked for MSR 0x1041, by the guest"),
    Case(
      mutant: "ABI_020_C",
      message: "mutant-full: get_msr made a system call (write) when asked for MSR 0x0, by the guest"),
    Case(
      mutant: "ABI_020_D",
      message: "mutant-full: check_rdpmc_early allocated memory (calloc of 4 bytes) when asked about ECX 0x0"),
  ]

  @Test("A violation on the path of an access names the callback, the operation and the arguments", arguments: hot)
  func hotCallback(_ one: Case) throws {
    let results = try Judge.run(Mutant(macro: "MUTANT_VPMU_" + one.mutant).library(), only: ["VPMU-ABI-020"])
    let message = try #require(results.last?.verdict.message)
    #expect(results.last?.verdict.word == "failed")
    #expect(message.replacing(/at 0x[0-9a-f]+ of/, with: "at ADDRESS of") == one.message)
  }

  static let crashes = [
    Case(mutant: "ABI_021_CRASHES", message: "get_msr crashed (SIGSEGV) when asked for MSR 0x1051, by the guest"),
    Case(
      mutant: "ABI_021_B_CRASHES",
      message:
        "set_msr ended the process (exit code 3) when asked to write 0xffffffffffffffff to MSR 0x1050, by the guest"
    ),
    Case(mutant: "ABI_021_C_CRASHES", message: "is_valid_msr crashed (SIGSEGV) when asked about MSR 0x1050"),
    Case(
      mutant: "ABI_021_D_CRASHES",
      message: "refresh crashed (SIGSEGV) when asked for the shape of a CPUID with 1 leaf"),
  ]

  @Test("A crash names the callback, the signal and the arguments", arguments: crashes)
  func crash(_ one: Case) throws {
    let results = try Judge.run(Mutant(macro: "MUTANT_VPMU_" + one.mutant).library(), only: ["VPMU-ABI-021"])
    #expect(results.last?.verdict.word == "crashed")
    #expect(results.last?.verdict.message == one.message)
  }

  @Test("A crash that only a running guest reaches is reported once")
  func crashOfGuest() throws {
    let results = try Judge.run(Mutant(macro: "MUTANT_VPMU_MSR_026_CRASHES").library())
    #expect(results.filter(\.verdict.isFailure).map(\.rule.id) == ["VPMU-MSR-026"])
    let others = results.compactMap(\.verdict.reasonNotJudged)
    #expect(others.contains(.crashedAs(rule: "VPMU-MSR-026", callback: "set_msr")))
    #expect(Set(others.map(\.rule)).isSubset(of: Set(results.filter { $0.verdict.word != "passed" }.map(\.rule.id))))
  }
}

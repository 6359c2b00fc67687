import Foundation
import KVMGuest
import Testing

/// Why no guest can run here; nil: one can.
private let obstacle = VirtualMachine.obstacle()

struct BenchCommandTests {
  private func objects(_ command: Command) throws -> [[String: Any]] {
    try command.lines.map { try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]) }
  }

  @Test("every usage and policy of both vendors is measured on the simulated host, one JSON object each")
  func everything() throws {
    let command = try Command.run(["bench", "--host", "simulated", "--pmis", "60", "--json"])
    #expect(command.status == 0)
    let results = try objects(command)
    // Intel: four usages; AMD has no fixed counters: three. Four policies each.
    #expect(results.count == (4 + 3) * 4)
    for result in results {
      for key in [
        "vendor", "model", "usage", "policy", "host", "pmis", "handler_ns_min", "handler_ns_median", "handler_ns_mean",
        "handler_ns_p99", "created", "reused", "released", "held_after", "host_ops_per_pmi", "rotations",
      ] { #expect(result[key] != nil, "\(key)") }
      #expect(result["host"] as? String == "simulated")
      // A simulated host counts no guest behind /dev/kvm, unless it is given the events of its loops.
      #expect(result["guest"] as? String == "thread")
      #expect((result["pmis"] as? Int ?? 0) >= 60)
      let held = try #require(result["held_after"] as? Int)
      switch result["policy"] as? String {
      case "reuse-keep": #expect(held > 0)
      default: #expect(held == 0)
      }
    }
  }

  @Test("many vCPUs in one process: time of an access, heap and descriptors, one JSON object for each number")
  func scale() throws {
    let command = try Command.run([
      "bench", "--vcpus", "1", "--vcpus", "5", "--host", "simulated", "--vendor", "intel", "--policy", "adaptive",
      "--json",
    ])
    #expect(command.status == 0)
    let results = try objects(command)
    #expect(results.map { $0["vcpus"] as? Int } == [1, 5])
    for result in results {
      #expect(result["policy"] as? String == "adaptive")
      for key in ["threads", "access_ns", "access_ns_best", "idle_bytes_per_vcpu"] {
        #expect((result[key] as? NSNumber)?.doubleValue ?? 0 > 0, "\(key)")
      }
      // The simulated host has none.
      for key in ["idle_descriptors", "used_descriptors", "descriptors_after"] {
        #expect(result[key] as? Int == 0, "\(key)")
      }
    }
    #expect(try Command.run(["bench", "--vcpus", "0"]).status != 0)
    #expect(try Command.run(["bench", "--vcpus", "2", "--usage", "count"]).status != 0)
  }

  @Test("reuse makes at least 80 % fewer host events in multiplex, 98 % in the single usages")
  func creations() throws {
    let command = try Command.run(
      ["bench", "--host", "simulated", "--pmis", "400", "--json", "--policy", "recreate", "--policy", "reuse"])
    #expect(command.status == 0)
    var created: [String: [String: Int]] = [:]
    for result in try objects(command) {
      let key = "\(result["model"] ?? "") \(result["usage"] ?? "")"
      created[key, default: [:]][result["policy"] as? String ?? ""] = result["created"] as? Int
    }
    #expect(created.count == 7)
    for (key, numbers) in created {
      let recreate = try #require(numbers["recreate"])
      let reuse = try #require(numbers["reuse"])
      let most = key.hasSuffix("multiplex") ? 20 : 2
      #expect(reuse * 100 <= recreate * most, "\(key): \(reuse) against \(recreate)")
    }
  }

  @Test(
    "The bench of a guest behind /dev/kvm reports exits, and the time of one, as well",
    .enabled(if: obstacle == nil, "\(obstacle ?? "")"))
  func guestBehindKVM() throws {
    let command = try Command.run(
      ["bench", "--guest", "kvm", "--host", "simulated", "--pmis", "8", "--usage", "one-gp", "--json"])
    #expect(command.status == 0, "\(command.errors)")
    #expect(command.errors.contains("guest behind /dev/kvm, as asked for"))
    let results = try objects(command)
    #expect(results.count == 2 * 4)
    for result in results {
      #expect(result["guest"] as? String == "kvm")
      #expect(result["pmis"] as? Int == 8)
      // Seven for a PMI; in four rounds four more, which program the counter.
      #expect(result["exits_per_pmi"] as? Double == 9)
      #expect((result["exit_ns"] as? Int ?? 0) > 0)
      let calls = try #require(result["kvm_calls"] as? [String: Int])
      #expect(calls["exits"] == 8 * 7 + 4 * 4)
      #expect(calls["pmis"] == 8)
    }
  }

  @Test("a trace's time per operation is measured, and its answers are right")
  func replay() throws {
    let trace = Command.folder("Vectors").appending(path: "perf-intel-multiplex.jsonl").path
    let command = try Command.run(["bench", "--replay", trace, "--repeat", "20", "--json"])
    #expect(command.status == 0)
    let result = try #require(try objects(command).first)
    #expect((result["ns_per_op"] as? Double ?? 0) > 0)
    #expect(result["mismatches"] as? Int == 0)
  }

  @Test(
    "models are chosen by name, vendor and path",
    arguments: [
      (["--model", "amd-k7"], "amd-k7"), (["--vendor", "GenuineIntel"], "intel-v2"), (["--vendor", "amd"], "amd-v2"),
      (["--plugin", Command.directory.path + "/libVPMUIntel.so", "--model", "intel-v1"], "intel-v1"),
    ])
  func choice(arguments: [String], model: String) throws {
    let command = try Command.run(
      ["bench", "--host", "simulated", "--usage", "count", "--policy", "reuse", "--pmis", "10", "--json"] + arguments)
    #expect(command.status == 0, "\(command.errors)")
    #expect(try objects(command).map { $0["model"] as? String } == [model])
  }
}

import Foundation
import Testing

struct PluginsCostTests {
  @Test("`plugins cost` reports each plugin's load time and callbacks with their limits, one JSON object a line")
  func json() throws {
    let command = try Command.run(["plugins", "cost", "--json"])
    #expect(command.status == 0, "\(command.errors)")
    let objects = try command.lines.map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
    #expect(Set(objects.compactMap { $0["plugin"] as? String }) == ["intel", "amd"])
    for object in objects {
      #expect(object["load"] as? String == "first in this process")
      let load = try #require(object["load_ns"] as? Int)
      #expect(load > 10_000 && object["load_bar_ns"] as? Int == 1_000_000)
      #expect(object["load_within_bar"] as? Bool == (load < 1_000_000))
      #expect(object["callback_bar_ns"] as? Double == 3)
      let callbacks = try #require(object["callbacks"] as? [[String: Any]])
      #expect(
        callbacks.map { $0["name"] as? String } == [
          "is_valid_msr", "msr_idx_to_pmc", "check_rdpmc_early", "rdpmc_ecx_to_pmc", "get_msr", "set_msr",
        ])
      for callback in callbacks {
        let times = try ["ns_best", "ns_median", "plain_ns_best", "plain_ns_median"].map {
          try #require(callback[$0] as? Double)
        }
        #expect(times[0] <= times[1] && times[2] <= times[3] && times[2] > 0, "\(callback)")
        let over = try #require(callback["over_plain_ns"] as? Double)
        #expect(abs(over - (times[1] - times[3])) < 0.02 && callback["within_bar"] as? Bool == (over < 3))
      }
      let areWithin = callbacks.allSatisfy { $0["within_bar"] as? Bool == true }
      #expect(object["callbacks_within_bar"] as? Bool == areWithin)
    }
  }

  @Test("a plugin is chosen by name or path", arguments: ["amd", Command.directory.path + "/libVPMUAMD.so"])
  func choice(plugin: String) throws {
    let command = try Command.run(["plugins", "cost", "--plugin", plugin])
    #expect(command.status == 0)
    #expect(command.output.contains("amd (") && !command.output.contains("intel"))
    #expect(command.output.contains("less than 1 ms") && command.output.contains("less than 3 ns"))
  }

  @Test("one that is none is an error")
  func none() throws {
    let command = try Command.run(["plugins", "cost", "--plugin", "nope"])
    #expect(command.status == 64 && command.errors.contains("intel") && command.output.isEmpty)
  }
}

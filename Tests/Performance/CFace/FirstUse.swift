import Glibc

/// What the first PMU of a process costs: dlopen of libvpmu, search, machine, vCPU.
enum FirstUse {
  /// In a process of its own: prints microseconds and KiB of resident memory.
  static func measure(_ path: String) throws {
    let memory = resident()
    let start = now()
    let library = try CLibrary(path: path, plugin: CommandLine.arguments[2])
    _ = try library.makeCPU()
    let time = now() - start
    print(Int(time / 1000), resident() - memory)
  }

  static func report(program: String, library: String, plugin: String) throws {
    var results: [(Int, Int)] = []
    for _ in 0..<21 {
      guard let pipe = popen("CFACE_FIRST_USE=1 '\(program)' '\(library)' '\(plugin)'", "r") else {
        throw Failure("popen failed")
      }
      var buffer = [CChar](repeating: 0, count: 64)
      let line = fgets(&buffer, 64, pipe).map { String(cString: $0) } ?? ""
      pclose(pipe)
      let numbers = line.split { $0 == " " || $0 == "\n" }.compactMap { Int($0) }
      guard numbers.count == 2 else { throw Failure("the first use failed: \(line)") }
      results.append((numbers[0], numbers[1]))
    }
    let times = results.map(\.0).sorted()
    let sizes = results.map(\.1).sorted()
    print(
      "dlopen of libvpmu and a made PMU, 21 processes: median \(times[10]) µs (\(times[0]) to \(times[20])), "
        + "median \(sizes[10]) KiB of resident memory (\(sizes[0]) to \(sizes[20]))")
  }

  /// Resident memory of this process in KiB: proc(5), statm.
  private static func resident() -> Int {
    guard let file = fopen("/proc/self/statm", "r") else { return 0 }
    defer { fclose(file) }
    var buffer = [CChar](repeating: 0, count: 128)
    guard fgets(&buffer, 128, file) != nil else { return 0 }
    let pages = String(cString: buffer).split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    return pages * Int(getpagesize()) / 1024
  }
}

import CLinux
import Glibc

/// What this process holds now.
struct ProcessUsage {
  /// Allocated by malloc(3), in bytes: mallinfo2(3).
  let heapBytes: Int
  /// Open descriptors: /proc/self/fd.
  let descriptors: Int

  /// - Throws: ``BenchError/host(reason:)`` if no descriptor is left to look by
  init() throws(BenchError) {
    heapBytes = Int(clamping: clinux_heap_bytes())
    descriptors = try Self.openDescriptors()
  }

  private static func openDescriptors() throws(BenchError) -> Int {
    guard let directory = opendir("/proc/self/fd") else {
      throw .host(reason: "no descriptor is left: raise the limit (ulimit -n), or use fewer --vcpus")
    }
    defer { closedir(directory) }
    var entries = 0
    while readdir(directory) != nil { entries += 1 }
    // "." and "..", and the descriptor of the directory itself.
    return max(0, entries - 3)
  }
}

import CLibVPMU
import Glibc

/// libvpmu as a program has it that loads it.
struct CLibrary {
  typealias New =
    @convention(c) (UnsafeRawPointer?, UnsafeMutablePointer<OpaquePointer?>, UnsafeMutableRawPointer?) -> Int32
  typealias NewMachine =
    @convention(c) (OpaquePointer?, UnsafeRawPointer, UnsafeMutablePointer<OpaquePointer?>, UnsafeMutableRawPointer?) ->
    Int32
  typealias NewCPU =
    @convention(c) (
      OpaquePointer?, UnsafeMutableRawPointer?, UnsafeMutablePointer<OpaquePointer?>, UnsafeMutableRawPointer?
    )
    -> Int32

  let wrmsr: @convention(c) (OpaquePointer, UInt32, UInt64, UInt32) -> Int32
  let rdmsr: @convention(c) (OpaquePointer, UInt32, UInt32, UnsafeMutablePointer<UInt64>) -> Int32
  let rdpmc: @convention(c) (OpaquePointer, UInt32, UInt32, UInt32, UnsafeMutablePointer<UInt64>) -> Int32
  let enter: @convention(c) (OpaquePointer) -> Int32
  private let newCatalogue: New
  private let newMachine: NewMachine
  private let newCPU: NewCPU
  private let plugin: String

  init(path: String, plugin: String) throws {
    guard let handle = dlopen(path, RTLD_NOW | RTLD_LOCAL) else {
      throw Failure("dlopen: \(String(cString: dlerror()))")
    }
    func function<Function>(_ name: String, _ type: Function.Type) throws -> Function {
      guard let symbol = dlsym(handle, name) else { throw Failure("there is no \(name)") }
      return unsafeBitCast(symbol, to: type)
    }
    wrmsr = try function("vpmu_wrmsr", (@convention(c) (OpaquePointer, UInt32, UInt64, UInt32) -> Int32).self)
    rdmsr = try function(
      "vpmu_rdmsr", (@convention(c) (OpaquePointer, UInt32, UInt32, UnsafeMutablePointer<UInt64>) -> Int32).self)
    rdpmc = try function(
      "vpmu_rdpmc", (@convention(c) (OpaquePointer, UInt32, UInt32, UInt32, UnsafeMutablePointer<UInt64>) -> Int32).self
    )
    enter = try function("vpmu_enter", (@convention(c) (OpaquePointer) -> Int32).self)
    newCatalogue = try function("vpmu_catalogue_new", New.self)
    newMachine = try function("vpmu_machine_new", NewMachine.self)
    newCPU = try function("vpmu_cpu_new", NewCPU.self)
    self.plugin = plugin
  }

  /// A vCPU of the preset intel-v2 whose counts are reported.
  func makeCPU() throws -> OpaquePointer {
    var (catalogue, machine, cpu): (OpaquePointer?, OpaquePointer?, OpaquePointer?) = (nil, nil, nil)
    let codes = plugin.withCString { path in
      var paths: UnsafePointer<CChar>? = path
      return withUnsafePointer(to: &paths) { paths in
        var search = vpmu_search_options()
        search.struct_size = UInt32(MemoryLayout<vpmu_search_options>.size)
        search.flags = UInt32(VPMU_SEARCH_NAMED_ONLY)
        search.paths = paths
        search.path_count = 1
        var options = vpmu_machine_options()
        options.struct_size = UInt32(MemoryLayout<vpmu_machine_options>.size)
        options.host = VPMU_HOST_REPORTED.rawValue
        return "intel-v2".withCString { preset in
          options.preset = preset
          return [
            newCatalogue(&search, &catalogue, nil), newMachine(catalogue, &options, &machine, nil),
            newCPU(machine, nil, &cpu, nil),
          ]
        }
      }
    }
    guard let cpu else { throw Failure("no vCPU: \(codes)") }
    return cpu
  }
}

struct Failure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

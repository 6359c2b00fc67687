import CLibVPMU
import VPMUCore
import VPMUModel

@c @implementation
public func vpmu_save(
  _ cpu: OpaquePointer!, _ buffer: UnsafeMutableRawPointer!, _ size: UnsafeMutablePointer<Int>!,
  _ error: UnsafeMutablePointer<vpmu_error>!
) -> Int32 {
  result(error) { () throws(Failure) in
    let cpu = try Handle.object(cpu, VCPU.self)
    guard let size else { throw .argument("size is NULL") }
    let saved: SavedState
    do throws(VPMUError) { saved = try cpu.pmu.save() } catch { throw Failure(error) }
    let bytes = saved.bytes
    let capacity = size.pointee
    size.pointee = bytes.count
    guard let buffer else { return 0 }
    guard bytes.count <= capacity else {
      throw Failure(VPMU_ERROR_SPACE, "the state has \(bytes.count) bytes, and the buffer has \(capacity)")
    }
    for (index, byte) in bytes.enumerated() { buffer.storeBytes(of: byte, toByteOffset: index, as: UInt8.self) }
    return 0
  }
}

@c @implementation
public func vpmu_restore(
  _ cpu: OpaquePointer!, _ buffer: UnsafeRawPointer!, _ size: Int, _ error: UnsafeMutablePointer<vpmu_error>!
) -> Int32 {
  result(error) { () throws(Failure) in
    let cpu = try Handle.object(cpu, VCPU.self)
    guard let buffer, size >= 0 else { throw .argument("buffer is NULL") }
    let saved: SavedState
    do throws(SavedStateError) {
      saved = try SavedState(bytes: UnsafeRawBufferPointer(start: buffer, count: size))
    } catch { throw Failure(VPMU_ERROR_STATE, error.description) }
    do throws(VPMUError) { try cpu.pmu.restore(saved) } catch { throw Failure(error) }
    // A trace has no line for it.
    cpu.counts.pointee.trace = nil
    cpu.counts.pointee.isFresh = false
    return 0
  }
}

@c @implementation
public func vpmu_save_msrs(
  _ cpu: OpaquePointer!, _ msrs: UnsafeMutablePointer<vpmu_msr>!, _ count: UnsafeMutablePointer<UInt32>!,
  _ error: UnsafeMutablePointer<vpmu_error>!
) -> Int32 {
  result(error) { () throws(Failure) in
    let cpu = try Handle.object(cpu, VCPU.self)
    guard let count else { throw .argument("count is NULL") }
    let values: [MSRValue]
    do throws(VPMUError) { values = try cpu.pmu.saveMSRs() } catch { throw Failure(error) }
    return Boundary.store(
      values.map { vpmu_msr(index: $0.msr.rawValue, reserved0: 0, value: $0.value) }, in: msrs, count)
  }
}

@c @implementation
public func vpmu_restore_msrs(
  _ cpu: OpaquePointer!, _ msrs: UnsafePointer<vpmu_msr>!, _ count: UInt32, _ error: UnsafeMutablePointer<vpmu_error>!
) -> Int32 {
  result(error) { () throws(Failure) in
    let cpu = try Handle.object(cpu, VCPU.self)
    guard let entries = Boundary.elements(msrs, count) else {
      throw .argument("msrs is NULL, and count is not 0; or there are too many")
    }
    let set: Int
    do throws(VPMUError) {
      set = try cpu.pmu.restoreMSRs(entries.map { MSRValue(MSRNumber($0.index), $0.value) })
    } catch { throw Failure(error) }
    // A trace has no line for it.
    cpu.counts.pointee.trace = nil
    cpu.counts.pointee.isFresh = false
    return Int32(truncatingIfNeeded: set)
  }
}

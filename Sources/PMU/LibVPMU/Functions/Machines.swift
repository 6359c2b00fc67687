import CLibVPMU
import VPMUCore
import VPMUModel

@c @implementation
public func vpmu_machine_new(
  _ catalogue: OpaquePointer!, _ options: UnsafePointer<vpmu_machine_options>!,
  _ machine: UnsafeMutablePointer<OpaquePointer?>!, _ error: UnsafeMutablePointer<vpmu_error>!
) -> Int32 {
  result(error) { () throws(Failure) in
    guard let machine else { throw .argument("machine is NULL") }
    machine.pointee = nil
    let catalogue = try Handle.object(catalogue, Catalogue.self)
    guard let options, let read = Boundary.read(options, zero: vpmu_machine_options()) else {
      throw .argument("options is NULL, or its struct_size is not its size: use VPMU_INIT")
    }
    machine.pointee = Handle.make(try Machine(catalogue, read))
    return 0
  }
}

@c @implementation
public func vpmu_machine_free(_ machine: OpaquePointer!) { Handle.free(machine, Machine.self) }

@c @implementation
public func vpmu_machine_get_info(_ machine: OpaquePointer!, _ info: UnsafeMutablePointer<vpmu_machine_info>!) -> Int32
{
  result(nil) { () throws(Failure) in try give(info, try Handle.object(machine, Machine.self).info.fields) }
}

@c @implementation
public func vpmu_machine_cpuid(_ machine: OpaquePointer!, _ entry: UnsafeMutablePointer<vpmu_cpuid_entry>!) -> Int32 {
  result(nil) { () throws(Failure) in
    let machine = try Handle.object(machine, Machine.self)
    guard let entry else { throw .argument("entry is NULL") }
    var leaf = CPUIDLeaf(entry.pointee)
    let hasChanged = machine.cpuid.apply(to: &leaf)
    entry.pointee = leaf.entry
    return hasChanged ? 1 : 0
  }
}

@c @implementation
public func vpmu_machine_cpuid_leaves(
  _ machine: OpaquePointer!, _ entries: UnsafeMutablePointer<vpmu_cpuid_entry>!, _ count: UnsafeMutablePointer<UInt32>!
) -> Int32 {
  result(nil) { () throws(Failure) in
    let machine = try Handle.object(machine, Machine.self)
    guard let count else { throw .argument("count is NULL") }
    return Boundary.store(machine.cpuid.leaves.map { $0.entry }, in: entries, count)
  }
}

@c @implementation
public func vpmu_machine_msr_ranges(
  _ machine: OpaquePointer!, _ ranges: UnsafeMutablePointer<vpmu_msr_range>!, _ count: UnsafeMutablePointer<UInt32>!
) -> Int32 {
  result(nil) { () throws(Failure) in
    let machine = try Handle.object(machine, Machine.self)
    guard let count else { throw .argument("count is NULL") }
    let claimed = machine.declaration.claimedMSRs.map {
      vpmu_msr_range(first: $0.lowerBound, count: $0.upperBound &- $0.lowerBound &+ 1)
    }
    return Boundary.store(claimed, in: ranges, count)
  }
}

@c @implementation
public func vpmu_machine_set_filter(
  _ machine: OpaquePointer!, _ filter: UnsafePointer<vpmu_filter>!, _ error: UnsafeMutablePointer<vpmu_error>!
) -> Int32 {
  result(error) { () throws(Failure) in
    let machine = try Handle.object(machine, Machine.self)
    guard let filter else {
      machine.filter.set(nil)
      return 0
    }
    guard let read = Boundary.read(filter, zero: vpmu_filter()) else {
      throw .argument("struct_size of vpmu_filter is not its size: use VPMU_INIT")
    }
    machine.filter.set(try EventFilter(read, eventSelectMask: machine.declaration.eventSelectMask))
    return 0
  }
}

extension EventFilter {
  fileprivate convenience init(_ filter: vpmu_filter, eventSelectMask: UInt64) throws(Failure) {
    guard filter.action <= VPMU_FILTER_DENY, filter.flags & ~UInt32(VPMU_FILTER_MASKED) == 0 else {
      throw .argument("action or flags of vpmu_filter has a value that this library does not know")
    }
    guard let entries = Boundary.elements(filter.entries, filter.entry_count) else {
      throw .argument("entries of vpmu_filter is NULL, and its count is not 0; or there are too many")
    }
    do throws(FilterError) {
      try self.init(
        action: filter.action == VPMU_FILTER_ALLOW ? .allow : .deny, entries: Array(entries),
        masked: filter.flags & UInt32(VPMU_FILTER_MASKED) != 0, fixedBitmap: UInt64(filter.fixed_bitmap),
        eventSelectMask: eventSelectMask)
    } catch { throw Failure(error) }
  }
}

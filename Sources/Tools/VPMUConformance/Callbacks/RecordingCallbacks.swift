import CLinux
import CVPMU
import Glibc
import VPMULoader

/// A plugin each of whose callbacks is called through a function that records the call (`clinux_call.h`), so that the
/// runner can read which callback the process was executing when it ended.
///
/// The functions are C's and carry no context of their own, so there is one such plugin in a process.
enum RecordingCallbacks {
  /// The plugin's own callbacks; those that it does not have are NULL.
  nonisolated(unsafe) private static let callbacks = UnsafeMutablePointer<vpmu_ops>.allocate(capacity: 1)
  nonisolated(unsafe) private static var entry: Plugin.Entry?

  /// The plugin of this entry, which the loader has accepted before.
  static func plugin(_ entry: @escaping Plugin.Entry) throws(PluginLoadError) -> Plugin {
    Self.entry = entry
    return try Plugin(linkedIn: { services in RecordingCallbacks.entry?(services).map(RecordingCallbacks.recording) })
  }

  /// A function of the plugin's library: the one callback that every plugin has.
  static var code: UnsafeRawPointer? {
    callbacks.pointee.refresh.map { unsafeBitCast($0, to: UnsafeRawPointer.self) }
  }

  /// Whether the plugin has one of these callbacks, in place of its tables.
  static func hasAny(where isIncluded: (Callback) -> Bool) -> Bool {
    Callback.allCases.contains { isIncluded($0) && $0.isGiven(in: callbacks.pointee) }
  }

  /// A copy of the table, never freed, that leads to the recording functions.
  private static func recording(_ table: UnsafePointer<vpmu_plugin_info>) -> UnsafePointer<vpmu_plugin_info> {
    guard let ops = table.pointee.ops else { return table }
    let size = min(Int(ops.pointee.struct_size), MemoryLayout<vpmu_ops>.size)
    callbacks.initialize(to: vpmu_ops())
    memcpy(callbacks, ops, size)
    let recording = UnsafeMutablePointer<vpmu_ops>.allocate(capacity: 1)
    recording.initialize(to: callbacks.pointee)
    recording.pointee.struct_size = UInt32(size)
    recordAccesses(&recording.pointee)
    recordOthers(&recording.pointee)

    let whole = Int(table.pointee.struct_size)
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: max(whole, MemoryLayout<vpmu_plugin_info>.size), alignment: 16)
    memcpy(memory, table, whole)
    let copy = memory.assumingMemoryBound(to: vpmu_plugin_info.self)
    copy.pointee.ops = UnsafePointer(recording)
    return UnsafePointer(copy)
  }

  // Between begin and end of a call nothing but the callback is executed: a guard may be watching (`clinux_guard.h`).

  private static func recordAccesses(_ ops: inout vpmu_ops) {
    if ops.get_msr != nil {
      ops.get_msr = { context, state, msr, flags in
        guard let callback = RecordingCallbacks.callbacks.pointee.get_msr else { return vpmu_answer() }
        clinux_call_begin(Callback.getMSR.rawValue, UInt64(msr), 0, UInt64(flags))
        defer { clinux_call_end() }
        return callback(context, state, msr, flags)
      }
    }
    if ops.set_msr != nil {
      ops.set_msr = { context, state, msr, value, flags in
        guard let callback = RecordingCallbacks.callbacks.pointee.set_msr else { return vpmu_answer() }
        clinux_call_begin(Callback.setMSR.rawValue, UInt64(msr), value, UInt64(flags))
        defer { clinux_call_end() }
        return callback(context, state, msr, value, flags)
      }
    }
    if ops.is_valid_msr != nil {
      ops.is_valid_msr = { context, state, msr in
        guard let callback = RecordingCallbacks.callbacks.pointee.is_valid_msr else { return false }
        clinux_call_begin(Callback.isValidMSR.rawValue, UInt64(msr), 0, 0)
        defer { clinux_call_end() }
        return callback(context, state, msr)
      }
    }
    if ops.msr_idx_to_pmc != nil {
      ops.msr_idx_to_pmc = { context, state, msr in
        guard let callback = RecordingCallbacks.callbacks.pointee.msr_idx_to_pmc else { return -1 }
        clinux_call_begin(Callback.msrIndexToPMC.rawValue, UInt64(msr), 0, 0)
        defer { clinux_call_end() }
        return callback(context, state, msr)
      }
    }
    if ops.rdpmc_ecx_to_pmc != nil {
      ops.rdpmc_ecx_to_pmc = { context, state, ecx in
        guard let callback = RecordingCallbacks.callbacks.pointee.rdpmc_ecx_to_pmc else { return -1 }
        clinux_call_begin(Callback.rdpmcECXToPMC.rawValue, UInt64(ecx), 0, 0)
        defer { clinux_call_end() }
        return callback(context, state, ecx)
      }
    }
    if ops.check_rdpmc_early != nil {
      ops.check_rdpmc_early = { context, state, ecx in
        guard let callback = RecordingCallbacks.callbacks.pointee.check_rdpmc_early else { return VPMU_DONE }
        clinux_call_begin(Callback.checkRDPMCEarly.rawValue, UInt64(ecx), 0, 0)
        defer { clinux_call_end() }
        return callback(context, state, ecx)
      }
    }
  }

  private static func recordOthers(_ ops: inout vpmu_ops) {
    if ops.refresh != nil {
      ops.refresh = { context, state, guest, host in
        guard let callback = RecordingCallbacks.callbacks.pointee.refresh else { return VPMU_FAULT }
        clinux_call_begin(Callback.refresh.rawValue, UInt64(guest.pointee.leaf_count), 0, 0)
        defer { clinux_call_end() }
        return callback(context, state, guest, host)
      }
    }
    if ops.reset != nil {
      ops.reset = { context, state in
        guard let callback = RecordingCallbacks.callbacks.pointee.reset else { return }
        clinux_call_begin(Callback.reset.rawValue, 0, 0, 0)
        defer { clinux_call_end() }
        callback(context, state)
      }
    }
    if ops.find_arch_event != nil {
      ops.find_arch_event = { context, state, selector in
        guard let callback = RecordingCallbacks.callbacks.pointee.find_arch_event else { return vpmu_event() }
        clinux_call_begin(Callback.findArchEvent.rawValue, selector, 0, 0)
        defer { clinux_call_end() }
        return callback(context, state, selector)
      }
    }
    if ops.find_fixed_event != nil {
      ops.find_fixed_event = { context, state, index in
        guard let callback = RecordingCallbacks.callbacks.pointee.find_fixed_event else { return vpmu_event() }
        clinux_call_begin(Callback.findFixedEvent.rawValue, UInt64(index), 0, 0)
        defer { clinux_call_end() }
        return callback(context, state, index)
      }
    }
    if ops.deliver_pmi != nil {
      ops.deliver_pmi = { context, state in
        guard let callback = RecordingCallbacks.callbacks.pointee.deliver_pmi else { return }
        clinux_call_begin(Callback.deliverPMI.rawValue, 0, 0, 0)
        defer { clinux_call_end() }
        callback(context, state)
      }
    }
    if ops.cleanup != nil {
      ops.cleanup = { context, state in
        guard let callback = RecordingCallbacks.callbacks.pointee.cleanup else { return }
        clinux_call_begin(Callback.cleanup.rawValue, 0, 0, 0)
        defer { clinux_call_end() }
        callback(context, state)
      }
    }
  }
}

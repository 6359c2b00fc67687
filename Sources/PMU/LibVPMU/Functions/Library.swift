import CLibVPMU
import VPMUModel

@c @implementation
public func vpmu_error_text(_ code: Int32) -> UnsafePointer<CChar>! {
  let text: StaticString =
    switch vpmu_error_code(rawValue: code) {
    case VPMU_OK: "no error"
    case VPMU_ERROR_ARGUMENT: "an argument is NULL or has a value that the function does not take"
    case VPMU_ERROR_WRONG_THREAD: "the vCPU is bound to another thread: call vpmu_bind() on this one first"
    case VPMU_ERROR_NO_MODEL: "no plugin or preset of that name was found: list them with vpmu plugins"
    case VPMU_ERROR_PLUGIN: "a plugin can't be used: see the text of the error"
    case VPMU_ERROR_NO_HOST_EVENTS: "perf_event_open gives no event of that kind: vpmu doctor says what to change"
    case VPMU_ERROR_SIGNAL: "the signal can't carry notifications: choose a real-time signal without a handler"
    case VPMU_ERROR_CPUID: "the model can't present this CPUID: start from one of its presets"
    case VPMU_ERROR_STATE: "the saved state can't be restored here: see the text of the error"
    case VPMU_ERROR_FILTER: "the event filter is refused, the old one stays: see the text of the error"
    case VPMU_ERROR_SPACE: "the buffer is too small: the size that is needed has been stored"
    case VPMU_ERROR_HOST_KIND: "the function is for machines with another kind of host"
    default: "no error of this library has that number"
    }
  return text.cString
}

@c @implementation
public func vpmu_library_version() -> UnsafePointer<CChar>! { CoreVersion.text.cString }

extension StaticString {
  /// Lives as long as the process, and ends in NUL.
  fileprivate var cString: UnsafePointer<CChar> {
    UnsafeRawPointer(utf8Start).assumingMemoryBound(to: CChar.self)
  }
}

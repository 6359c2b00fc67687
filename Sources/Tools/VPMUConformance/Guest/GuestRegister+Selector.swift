import VPMUModel

extension GuestRegister {
  /// ECX of RDPMC for the register's counter, nil if the range declares none.
  var selector: RDPMCSelector? {
    guard role.hasCounter, let base = range.rdpmcBase else { return nil }
    let n = (msr.rawValue &- range.first.rawValue) / max(range.stride, 1)
    return RDPMCSelector(base.rawValue &+ n)
  }
}

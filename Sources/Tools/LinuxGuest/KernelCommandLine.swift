/// What the guest's kernel is started with. Most of it saves time that emulation makes long: nothing of it changes what
/// programs or perf can do.
enum KernelCommandLine {
  static func text(_ configuration: GuestConfiguration) -> String {
    var words = [
      "console=ttyS0", "panic=-1", "rdinit=/init",
      // virtiofsd writes to the guest's memory behind QEMU's back. Code that QEMU had translated from such a page stays
      // in use unless the guest itself writes to the page before, which clearing it does.
      "init_on_alloc=1",
      // Calibration and checks of clocks poll them; mitigations are for processors that speculate.
      "tsc=reliable", "no_timer_check", "noreplace-smp", "nokaslr", "mitigations=off", "lsm=", "audit=0",
      "random.trust_cpu=1",
      // Self-tests of cryptography, and certificates for modules.
      "cryptomgr.notests=1", "initcall_blacklist=jent_mod_init,load_system_certificate_list",
      // Time that waits for the host is no hang.
      "hung_task_timeout_secs=0", "rcupdate.rcu_cpu_stall_suppress=1",
    ]
    // One instruction a nanosecond, and the time-stamp counter counts them.
    if configuration.countsInstructions { words.append("tsc_early_khz=1000000") }
    words += configuration.showsKernelMessages ? ["loglevel=7"] : ["quiet", "loglevel=4"]
    return words.joined(separator: " ")
  }
}

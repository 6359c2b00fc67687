import Glibc
import VPMUConformance

// What the tests of the conformance kit start for each rule, many thousand times: the same as `vpmu judge-rule`, in half the
// time, for it links nothing else.
exit(RuleProcess.main(Array(CommandLine.arguments.dropFirst())))

import Glibc
import VPMUConformance

// Started by the tests of the conformance kit for each rule, many thousand times: the same as `vpmu judge-rule`, in
// half the time, as it links nothing else.
exit(RuleProcess.main(Array(CommandLine.arguments.dropFirst())))

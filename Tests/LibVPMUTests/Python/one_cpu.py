"""A test with a machine of the preset intel-v2 and one vCPU, both freed in the end."""

import unittest

import vpmu


class OneCPU(unittest.TestCase):
    def setUp(self):
        self.machine = vpmu.Machine(preset="intel-v2")
        self.cpu = self.machine.cpu()
        self.addCleanup(self.machine.close)
        self.addCleanup(self.cpu.close)

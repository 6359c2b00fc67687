print("vpmu")

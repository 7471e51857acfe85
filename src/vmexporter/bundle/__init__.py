"""Files: the only room that touches them; writes, resumes and reads bundles and their maps."""

# pip for an environment without it, from where this machine has its packages.
import subprocess
import sys

wanted = [word for word in sys.argv[1:] if word not in ("--no-setuptools", "--no-wheel")]
for arguments in (["ensurepip"], ["pip", "install", *wanted]):
    subprocess.run([sys.executable, "-m", *arguments], check=True)

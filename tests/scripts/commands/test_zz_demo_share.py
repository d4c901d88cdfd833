from datetime import timedelta
import time
import pytest
from tests.fixtures.postgres import new_site
from tests.fixtures.shares import TENANTS, Mall, share_file
from tests.scripts.commands.test_readings import Row, row
SHIFTS = """
[[bearer]]
kind = "production_line"
key = "press"
holds = [{ points = ["u1", "u2"], valid_from = 2019-03-01 }]
[[hours]]
production_line = "press"
valid_from = 2019-03-01
[hours.week]
mon-fri = ["early 06:00-14:00", "late 14:00-22:00"]
"""
def test_demo(row, tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS","160")
    mall = Mall(row.site)
    row.site.clock.move_to(row.site.clock.now() + timedelta(days=100))
    mall.found(); mall.read()
    f = tmp_path/"mall.toml"; f.write_text(share_file()+TENANTS+SHIFTS)
    out=[]
    def do(*w, code=0):
        out.append("$ "+" ".join(w)); out.append(row(*w, code=code).output)
    do("share define", str(f), "--by", "manager", "--dry-run")
    do("share define", str(f), "--by", "manager")
    do("share list"); do("share show common --at 2019-03-28"); do("share explain common --day 2019-03-28")
    do("share bearers")
    do("usage by tenant --from 2019-03-26 --to 2019-03-31")
    do("usage by shift --from 2019-03-26 --to 2019-03-31")
    f.write_text(TENANTS.replace("cafe","pizza").replace(", valid_to = 2019-03-28",""))
    do("share define", str(f), "--by", "manager", code=2)
    do("--lang zh share explain common --day 2019-03-28")
    open("/tmp/share_demo.txt","w").write("\n".join(out))

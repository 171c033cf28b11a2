# make run · make test · make bench · make lint · make setup — each makes its own .venv first.
SHELL := /bin/bash
.SHELLFLAGS := -o pipefail -ec
PYTHON ?= python3
BIN := .venv/bin
export PORT
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: run setup test lint unit fuzz rooms forged bench lock dev npm screenshots clean

run: .venv/.run  ## 启动杏林（网页聊天）
	@$(BIN)/xinglin run

setup: .venv/.run  ## 只安装，不启动

test: lint unit  ## 全部检查和测试

lint: .venv/.dev  ## ruff、mypy、导入方向
	@$(BIN)/ruff check . && $(BIN)/ruff format --check -q . && $(BIN)/mypy && $(BIN)/lint-imports >/dev/null && echo "lint 通过"

unit: .venv/.dev npm
	@$(BIN)/pytest -n 2 --dist loadfile

fuzz: .venv/.dev  ## 十万条古怪的消息走一遍（约一小时；可写 N=2000）
	@$(BIN)/python -m tests.fuzz $(or $(N),100000)

rooms: .venv/.dev  ## 十万段对话，病友群里听不到任何人的数值和号码（约一小时；可写 N=2000）
	@$(BIN)/python -m tests.rooms $(or $(N),100000)

forged: .venv/.dev  ## 十万个冒名的人试每一条管理命令（约十分钟；可写 N=2000）
	@$(BIN)/python -m tests.forged $(or $(N),100000)

bench: .venv/.dev  ## 性能，与同类库在同一次运行里比较
	@$(BIN)/python -m tests.benchmarks.run

npm:
	@if command -v npm >/dev/null && [ ! -d tests/gateway/node_modules ]; then \
	  echo "安装微信网关测试用的 npm 包……"; npm ci --silent --no-audit --no-fund --prefix tests/gateway; fi

# 每个包一行进度；装不上时 pip 的错误照常显示
define install
	@total=$$(cat $(2) | grep -c '=='); \
	$(BIN)/pip install --require-hashes $(1) | awk -v total=$$total \
	  '/^Collecting|^Requirement already/ {n++; printf "\r安装依赖 %d/%d  %-40.40s", n, total, $$2; fflush()} \
	   /^Installing collected/ {printf "\r正在写入 .venv ……%-40s", ""; fflush()} END {print "\r依赖已就绪。" sprintf("%-50s", "")}'
endef

.venv/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "需要 Python 3.11 或更新的版本；可以用 make PYTHON=python3.12 指定。"; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "建不了 .venv：Debian/Ubuntu 请先装 python3-venv。"; rm -rf .venv; exit 1; }

.venv/.run: requirements.txt | .venv/bin/pip
	$(call install,-r requirements.txt,requirements.txt)
	@$(BIN)/pip install -q --no-deps --no-build-isolation --no-index -e . && touch $@

.venv/.dev: requirements-dev.txt .venv/.run
	$(call install,-r requirements.txt -r requirements-dev.txt,requirements.txt requirements-dev.txt)
	@touch $@

lock:  ## 重新锁定依赖（需要 uv）
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q requirements.in -o requirements.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q requirements-dev.in -o requirements-dev.txt

clean:
	rm -rf .venv build dist *.egg-info

"""Photographs in every kind of file, with what Pillow reads and what timm's evaluation makes of them.

    python make_photographs.py FOLDER          small ones, the fixture of ImageFilesTest: FOLDER/photographs.zip
    python make_photographs.py FOLDER --whole  scikit-image's photographs as they are, for DL4JHOPFIELD_PHOTOGRAPHS=FOLDER/photographs.zip

Needs scikit-image (for its photographs only), Pillow, NumPy, torch, torchvision and timm. The zip holds the files, expected/NAME (what
Pillow reads: bytes [height, width, 3]) and cases.json: prepared images with their settings, whose bytes are prepared/NUMBER.
Of the photographs astronaut and rocket are NASA's (public domain), chelsea and coffee are CC0.
"""
import importlib.util
import io
import json
import pathlib
import sys
import zipfile

import numpy as np
from PIL import Image, ImageOps
from timm.data.transforms_factory import create_transform

PHOTOGRAPHS = pathlib.Path(importlib.util.find_spec("skimage").origin).parent / "data"
MEAN = (0.485, 0.456, 0.406)


def photograph(name):
    return Image.open(PHOTOGRAPHS / name).convert("RGB")


def encoded(image, kind, **options):
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def oriented(image, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    return encoded(image, "JPEG", quality=92, exif=exif)


def small():
    cat = photograph("chelsea.png").crop((90, 60, 271, 197)).resize((91, 69), Image.Resampling.LANCZOS)
    woman = photograph("astronaut.png").crop((150, 0, 330, 200)).resize((63, 70), Image.Resampling.LANCZOS)
    cup = photograph("coffee.png").resize((75, 50), Image.Resampling.LANCZOS)
    rocket = photograph("rocket.jpg").resize((47, 32), Image.Resampling.LANCZOS)
    files = {
        "cat.png": encoded(cat, "PNG"),
        "cup.png": encoded(cup, "PNG"),
        "cat-full-colours.jpg": encoded(cat, "JPEG", quality=90, subsampling=0),
        "cat-half-colours.jpg": encoded(cat, "JPEG", quality=90, subsampling=2),
        "woman-progressive.jpg": encoded(woman, "JPEG", quality=80, progressive=True),
        "rocket-profile.jpg": encoded(rocket, "JPEG", quality=90, icc_profile=Image.open(PHOTOGRAPHS / "rocket.jpg").info["icc_profile"]),
        "woman-grey.jpg": encoded(woman.convert("L"), "JPEG", quality=85),
        "cup-cmyk.jpg": encoded(cup.convert("CMYK"), "JPEG", quality=90),
        "cup-ycck.jpg": ycck(cup),
        "rocket.bmp": encoded(rocket, "BMP"),
        "rocket.gif": encoded(rocket, "GIF"),
        "rocket-palette.png": encoded(rocket.quantize(17), "PNG"),
        "rocket-palette-alpha.png": encoded(rocket.quantize(17), "PNG", transparency=3),
        "rocket-grey.png": encoded(rocket.convert("L"), "PNG"),
        "rocket-one-bit.png": encoded(rocket.convert("1"), "PNG"),
        "woman-alpha.png": encoded(with_alpha(woman), "PNG"),
        "woman-grey-alpha.png": encoded(with_alpha(woman).convert("LA"), "PNG"),
        "woman-profile.png": encoded(woman, "PNG", icc_profile=profile(), gamma=0.3),
    }
    for orientation in range(1, 9):
        files[f"rocket-orientation-{orientation}.jpg"] = oriented(rocket, orientation)
    return files


def with_alpha(image):
    alpha = np.linspace(0, 255, image.width * image.height).astype(np.uint8).reshape(image.height, image.width)
    image = image.copy()
    image.putalpha(Image.fromarray(alpha))
    return image


def profile():
    from PIL import ImageCms

    return ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()


def ycck(image):
    """Adobe's: a CMYK file whose first three components are those of a JPEG in YCbCr, with the marker that says so."""
    key = 255 - np.array(image).max(axis=2)
    inks = np.where(key[..., None] < 255, 255 - np.array(image, int) * 255 // np.maximum(1, 255 - key[..., None]), 0)
    stored = 255 - np.dstack([np.clip(inks, 0, 255), key]).astype(np.uint8)  # as Adobe's programs do
    luma = np.array(Image.fromarray(255 - stored[..., :3]).convert("YCbCr"))
    data = encoded(Image.fromarray(255 - np.dstack([luma, stored[..., 3]]), "CMYK"), "JPEG", quality=95)  # inverted when saved
    marker = b"\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00"
    at = data.find(b"\xff\xee\x00\x0eAdobe")
    without = data if at < 0 else data[:at] + data[at + 16 :]
    return without[:2] + marker + b"\x02" + without[2:]


def whole():
    names = "astronaut.png chelsea.png coffee.png motorcycle_left.png ihc.png hubble_deep_field.jpg retina.jpg rocket.jpg camera.png " \
        "coins.png moon.png brick.png color.png page.png microaneurysms.png logo.png no_time_for_that_tiny.gif"
    files = {name: (PHOTOGRAPHS / name).read_bytes() for name in names.split()}
    for name in ("coffee", "chelsea"):
        files[name + ".jpg"] = encoded(photograph(name + ".png"), "JPEG", quality=75)
    return files


def settings(small_ones):
    sizes = [(21, 21), (24, 18), (31, 37)] if small_ones else [(224, 224), (256, 192), (97, 131)]
    for interpolation in ("nearest", "bilinear", "bicubic", "lanczos", "box", "hamming"):
        for mode in ("center", "squash", "border"):
            for size in sizes:
                for share in (0.875, 1.0) if mode == "center" else (0.9,):
                    yield interpolation, mode, size, share


def main():
    folder, small_ones = pathlib.Path(sys.argv[1]), "--whole" not in sys.argv
    files = small() if small_ones else whole()
    read, cases, prepared = {}, [], {}
    for name, data in files.items():
        image = Image.open(io.BytesIO(data))
        read[name] = ImageOps.exif_transpose(image).convert("RGB")
    chosen = ("cat.png", "cup.png") if small_ones else files
    for number, (interpolation, mode, size, share) in enumerate(settings(small_ones)):
        name = list(chosen)[number % len(chosen)]
        transform = create_transform(
            (3, *size), interpolation=interpolation, crop_mode=mode, crop_pct=share, mean=MEAN, std=(1, 1, 1), normalize=False)
        result = transform(read[name])
        prepared[str(number)] = result.permute(1, 2, 0).numpy().astype(np.uint8).tobytes()
        cases.append({"file": name, "interpolation": interpolation, "cropMode": mode, "height": size[0], "width": size[1],
                      "cropPct": share, "mean": MEAN, "prepared": number})
    with zipfile.ZipFile(folder / "photographs.zip", "w", zipfile.ZIP_DEFLATED) as archive:

        def put(name, data):
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED, 9)

        for name, data in files.items():
            put(name, data)
            put("expected/" + name, np.array(read[name]).tobytes())
        for number, data in prepared.items():
            put("prepared/" + number, data)
        sizes = {name: [image.height, image.width] for name, image in read.items()}
        put("cases.json", json.dumps({"images": sizes, "cases": cases}, indent=1))


main()

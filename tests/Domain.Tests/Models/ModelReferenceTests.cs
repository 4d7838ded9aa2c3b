namespace BatchEngine.Domain.Tests.Models;

public sealed class ModelReferenceTests
{
    [Fact]
    public void Accepts_AliasNumberAndFile()
    {
        Assert.Equal(new ModelReference.ByAlias("churn", "champion"), ModelReference.Parse("churn@champion", "model"));
        Assert.Equal(new ModelReference.ByNumber("churn", 3), ModelReference.Parse("churn:3", "model"));
        Assert.Equal(new ModelReference.ByFile("a/b.onnx"), ModelReference.Parse("a/b.onnx", "model"));
        Assert.Equal(new ModelReference.ByFile("b.ONNX"), ModelReference.Parse("b.ONNX", "model"));
    }

    [Theory]
    [InlineData("churn")]
    [InlineData("churn:0")]
    [InlineData("churn:-1")]
    [InlineData("churn@")]
    [InlineData("@champion")]
    public void Rejects_AnythingElse_NamingValueAndPlace(string text)
    {
        var failure = Assert.Throws<BadInputException>(() => ModelReference.Parse(text, "job.yaml:3:8 model"));
        Assert.Equal("job.yaml:3:8 model", failure.Place);
        Assert.Contains(text, failure.Seen);
    }

    [Fact]
    public void Digest_OfOneBit_Differs()
    {
        Assert.NotEqual(Digest.Of([0]), Digest.Of([1]));
        Assert.Equal(Digest.Of([1, 2]), Digest.Parse(Digest.Of([1, 2]).Hex.ToUpperInvariant()));
        Assert.Throws<FormatException>(() => Digest.Parse("abc"));
    }
}
